import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

// What a gateway's process loads stays in its memory. Half of it was once Apollo's libraries, which only the planner's
// process needs, and GraphiQL's, which nobody needs before somebody asks for the page.

const heavy = /node_modules\/(@apollo\/|@graphql-yoga|@mikro-orm|@electric-sql|kafkajs|ioredis)/;

/** The packages among them that a process loads with a module. */
async function heavyOnesOf(module: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => { console.log(url); return next(url, context); } });
    await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  const loaded = stdout.split('\n');
  assert.ok(loaded.some((url) => url.endsWith('.ts')));
  return [...new Set(loaded.flatMap((url) => heavy.exec(url)?.[1] ?? []))];
}

for (const module of ['./main.ts', './standalone.ts', '../lib/topology/run-process.ts', '../tiffin.ts']) {
  test(`${module} loads no library that a gateway hardly needs`, async () => {
    assert.deepEqual(await heavyOnesOf(module), []);
  });
}

test('such libraries would be seen', async () => {
  assert.deepEqual(await heavyOnesOf('./executor/apollo-planner.ts'), ['@apollo/']);
  assert.deepEqual(await heavyOnesOf('./playground.ts'), ['@graphql-yoga']);
});

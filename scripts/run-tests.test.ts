import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findTestFiles, runTestFiles } from './run-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiffin-run-tests-'));
const header = "import { describe, test } from 'node:test';\n";
const fixtures = {
  'passes.test.ts':
    "describe('s', () => { test('a', () => {}); test.skip('b', () => {}); test.todo('c'); });",
  'nested.test.ts':
    "test('p', async (t) => { await t.test('x', () => {}); await t.test('y', () => { throw new Error('y broke'); }); });",
  'hangs.test.ts': "test('h', () => { for (;;); });",
  'leaks.test.ts': "setInterval(() => {}, 1000); process.on('SIGTERM', () => {}); test('ok', () => {});",
  'late.test.ts': "test('ok', () => { setTimeout(() => { throw new Error('too late'); }, 20); });",
  'strays.test.ts':
    "test('waits', () => new Promise(() => { setTimeout(() => { throw new Error('astray'); }, 20); }));" +
    "test('p', async () => { await null; test('inside', async () => {}); });",
  'promises.test.ts':
    "import { AsyncResource } from 'node:async_hooks'; const id = () => new AsyncResource('x').asyncId();" +
    "test('many', async () => { const first = id(); for (let n = 0; n < 1000; n++) await null;" +
    "if (id() - first > 500) throw new Error('a hook on every promise'); });",
  'unloadable.test.ts': "import './missing.ts';",
  'empty.test.ts': '',
  'says.test.ts':
    "describe('s', () => { test('a', (t) => { t.diagnostic('one\\ntwo'); }); });" +
    "test('b', (t) => { for (let n = 3; n <= 25; n++) t.diagnostic('line ' + n + '.'.repeat(1000)); });",
};

before(() => {
  for (const [name, source] of Object.entries(fixtures)) writeFileSync(join(folder, name), header + source);
});
after(() => rmSync(folder, { recursive: true }));

async function run(...names: (keyof typeof fixtures)[]) {
  const lines: string[] = [];
  const files = names.map((name) => join(folder, name));
  const exitCode = await runTestFiles(files, {
    fileTimeoutMs: 5_000,
    lingerMs: 1_000,
    print: (line) => lines.push(line),
  });
  return { exitCode, last: lines.at(-1), text: lines.join('\n') };
}

test('counts leaf tests only, skipped ones apart', async () => {
  const { exitCode, last } = await run('passes.test.ts');
  assert.deepEqual({ exitCode, last }, { exitCode: 0, last: '1 passed, 0 failed, 2 skipped' });
});

test('what tests say stands under the line of their file, 20 lines of 300 characters at most', async () => {
  const { exitCode, text } = await run('says.test.ts');
  assert.equal(exitCode, 0);
  const [head, ...lines] = text.split('\n');
  assert.match(head ?? '', /says\.test\.ts {2}2 passed/);
  assert.deepEqual(lines.slice(0, 3), ['    one', '    two', `    line 3${'.'.repeat(294)}`]);
  assert.equal(lines[20], '    … and 5 more');
  assert.deepEqual(lines.slice(21), ['', '2 passed, 0 failed']);
});

test('a failing subtest counts once and is printed with its path and error', async () => {
  const { exitCode, last, text } = await run('nested.test.ts', 'passes.test.ts');
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '2 passed, 1 failed, 2 skipped' });
  assert.match(text, /p › y\n.*nested\.test\.ts:2\n\s+Error: y broke/);
});

test('a file that hangs, leaves a timer behind, throws late, does not load or is empty fails', async () => {
  const { exitCode, text, last } = await run(
    'hangs.test.ts',
    'leaks.test.ts',
    'late.test.ts',
    'unloadable.test.ts',
    'empty.test.ts',
  );
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '2 passed, 5 failed' });
  assert.match(text, /hangs\.test\.ts\n.*It was still running after 5 s/);
  assert.match(text, /leaks\.test\.ts\n.*All its tests have ended, but it did not exit/);
  assert.match(text, /too late/);
  assert.match(text, /Cannot find module/);
  assert.match(text, /The file holds no test\./);
});

test('what a test began fails that test, whenever it throws, and is part of it', async () => {
  const { exitCode, last, text } = await run('strays.test.ts');
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '1 passed, 1 failed' });
  assert.match(text, /✖ waits\n.*strays\.test\.ts:2\n\s+Error: astray/);
});

test('no file pays for a hook on every promise', async () => {
  const { exitCode, text } = await run('promises.test.ts');
  assert.equal(exitCode, 0, text);
});

test('a run without any test fails', async () => {
  const { exitCode, last } = await run();
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '0 passed, 0 failed' });
});

test('finds files by part of their path, the real ones apart', () => {
  assert.deepEqual(findTestFiles({ real: false, patterns: ['scripts/run-tests'] }), [
    'scripts/run-tests.test.ts',
  ]);
  assert.deepEqual(findTestFiles({ real: true, patterns: ['scripts/run-tests'] }), []);
});

test('files that need the machine for themselves come last', async () => {
  const lines: string[] = [];
  const [alone = '', ...others] = ['passes.test.ts', 'late.test.ts', 'empty.test.ts'].map((name) =>
    join(folder, name),
  );
  await runTestFiles([alone, ...others], {
    fileTimeoutMs: 5_000,
    lingerMs: 1_000,
    isAlone: (file) => file === alone,
    print: (line) => lines.push(line),
  });
  const reports = lines.filter((line) => /^[✔✖]/.test(line));
  assert.equal(reports.length, 3);
  assert.ok(reports.at(-1)?.includes('passes.test.ts'));
});

test('files that only calculate run one after the other', async () => {
  /** Passes where the other file runs at the same time. */
  const meets = (own: string, other: string) =>
    `import { existsSync, rmSync, writeFileSync } from 'node:fs'; import { setTimeout } from 'node:timers/promises';
    test('meets', async () => { writeFileSync('${own}', ''); const end = Date.now() + 4_000;
    while (!existsSync('${other}')) { if (Date.now() > end) { rmSync('${own}'); throw new Error('alone'); } await setTimeout(20); }
    await setTimeout(500); });`;
  const [one = '', other = ''] = ['one', 'other'].map((name) => join(folder, name));
  writeFileSync(join(folder, 'one.test.ts'), header + meets(one, other));
  writeFileSync(join(folder, 'other.test.ts'), header + meets(other, one));
  const exitCodes: number[] = [];
  for (const calculating of [true, false]) {
    const files = ['one.test.ts', 'other.test.ts'].map((name) => join(folder, name));
    const options = { fileTimeoutMs: 20_000, isCalculation: () => calculating, print: () => {} };
    exitCodes.push(await runTestFiles(files, options));
  }
  assert.deepEqual(exitCodes, [1, 0]);
});

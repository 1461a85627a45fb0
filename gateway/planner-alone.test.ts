import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { createPlannerProcess } from './executor/planner-process.ts';
import { createMeanSupergraph } from './testing/mean-supergraph.ts';
import { operationOf } from './testing/operation-of.ts';

const marker = 'onlyOfThisRequest';
const secret = 'only-of-this-environment';

const started: ChildProcess[] = [];
subscribe('child_process', (message) => started.push((message as { process: ChildProcess }).process));

const read = ({ pid }: ChildProcess, file: 'cmdline' | 'environ') =>
  readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean);

test('the planner is started without a shell, with no argument of a request and nothing of our environment', {
  skip: process.platform !== 'linux' && 'what a process was started with is read from /proc',
}, async (t) => {
  process.env['TIFFIN_TEST_SECRET'] = secret;
  t.after(() => delete process.env['TIFFIN_TEST_SECRET']);
  const supergraphSdl = createMeanSupergraph({ types: 2, sources: 2 });
  const planner = await createPlannerProcess({
    supergraphSdl,
    clock: new VirtualClock(),
    metrics: createMetrics(),
  });
  t.after(() => planner.stop());
  await planner.plan(operationOf(`query ${marker} { thing { ${marker}: id } }`));
  const [child, ...others] = started;
  assert.ok(child && others.length === 0);
  const [program, ...given] = read(child, 'cmdline');
  assert.equal(program, process.execPath);
  assert.match(given.at(-1) ?? '', /planner-worker\.ts$/);
  assert.doesNotMatch(given.join(' '), new RegExp(`${marker}|thing`));
  const names = read(child, 'environ').map((entry) => entry.split('=')[0] ?? '');
  assert.deepEqual(
    names.filter((name) => !name.startsWith('NODE_CHANNEL_')),
    [],
  );

  // The control: a process that is started as usual has the secret, and it is found there.
  const usual = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(usual, 'spawn');
  const environment = read(usual, 'environ');
  usual.stdin.end();
  await once(usual, 'exit');
  assert.ok(environment.includes(`TIFFIN_TEST_SECRET=${secret}`));
});

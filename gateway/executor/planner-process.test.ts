import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, type TestContext, test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { systemClock } from '@tiffin/lib/clock/clock';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { GraphQLError, Kind, parse } from 'graphql';
import type { Operation } from '../executor.ts';
import { createMeanSupergraph } from '../testing/mean-supergraph.ts';
import { createApolloPlanner } from './apollo-planner.ts';
import { createPlannerProcess, type PlannerProcessOptions } from './planner-process.ts';

const endless = createMeanSupergraph({ types: 12, sources: 4 });
const mean = operation('{ thing { next { __typename } } }');
const fine = operation('{ thing { id } }');

/** All planners that this process has started, as processes. */
const started: ChildProcess[] = [];
subscribe('child_process', (message) => started.push((message as { process: ChildProcess }).process));
after(() => assert.ok(started.every(hasEnded), 'no planner is left'));

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

function operation(text: string, name?: string): Operation {
  const document = parse(text);
  const node = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .find((definition) => name === undefined || definition.name?.value === name);
  assert.ok(node);
  return { text, document, node };
}

async function setUp(t: TestContext, options: Partial<PlannerProcessOptions> = {}) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const startedBefore = started.length;
  const planner = await createPlannerProcess({ supergraphSdl: endless, clock, metrics, ...options });
  t.after(() => planner.stop());
  const processes = () => started.slice(startedBefore);
  /** Lets a planner that was asked begin; until then its timer is not set. */
  const begun = async () => {
    while (clock.pendingTimers === 0) await setImmediate();
  };
  return { planner, clock, metrics, processes, begun };
}

const refusedWith = (message: string) => (error: unknown) => {
  assert.ok(error instanceof GraphQLError);
  assert.equal(error.message, message);
  assert.deepEqual(error.extensions, { code: 'MALFORMED_REQUEST' });
  return true;
};
const tookTooLong = (maxPlanningMs: number) =>
  refusedWith(
    `Planning this operation took longer than ${maxPlanningMs} ms. Ask for less at once, or split it.`,
  );
const tookTooMuchMemory = refusedWith(
  'Planning this operation took too much memory. Ask for less at once, or split it.',
);
const isUnavailable = (error: unknown) => AppError.is(error, 'UNAVAILABLE') && error.detail.retryAfterMs > 0;

test('plans are the same as those made in this process', async (t) => {
  const { planner, metrics } = await setUp(t, { supergraphSdl: supergraphSdl() });
  const inProcess = createApolloPlanner(supergraphSdl());
  const several =
    'query A { me { email } } query B($n: Int!) { shops(first: $n) { edges { node { name } } } }';
  const operations = [
    ...playgroundOperations().map(({ text }) => operation(text)),
    operation(several, 'A'),
    operation(several, 'B'),
    operation('{ __typename }'),
    operation('{ __schema { queryType { name } } }'),
  ];
  const plans = await Promise.all(operations.map((each) => planner.plan(each)));
  for (const [index, each] of operations.entries()) {
    assert.deepEqual(plans[index], await inProcess.plan(each));
  }
  assert.match(
    await metrics.text(),
    new RegExp(`tiffin_plan_duration_seconds_count ${operations.length}\\n`),
  );
});

test('an operation that takes too long is refused; those behind it are planned', async (t) => {
  const { planner, clock, metrics, processes, begun } = await setUp(t);
  const refused = assert.rejects(planner.plan(mean), tookTooLong(2_000));
  const behind = [planner.plan(fine), planner.plan(fine)];
  await begun();
  await clock.advance(1_999);
  assert.equal(processes().length, 1);
  await clock.advance(1);
  await refused;
  const expected = await createApolloPlanner(endless).plan(fine);
  assert.deepEqual(await Promise.all(behind), [expected, expected]);
  // A busy machine tells of the end of a process a moment later.
  while (!processes().some(hasEnded)) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(processes().map(hasEnded), [true, false]);
  assert.match(await metrics.text(), /tiffin_plans_refused_total\{reason="time"\} 1\n/);
});

test('the start of a fresh planner does not count as planning', async (t) => {
  const { planner, clock, begun } = await setUp(t);
  const refused = assert.rejects(planner.plan(mean), tookTooLong(2_000));
  await begun();
  await clock.advance(2_000);
  await refused;
  const next = planner.plan(fine);
  await clock.advance(10_000);
  assert.equal((await next).kind, 'QueryPlan');
});

test('this process goes on while it plans', async (t) => {
  const { planner } = await setUp(t, { clock: systemClock, maxPlanningMs: 300 });
  let turns = 0;
  const interval = setInterval(() => turns++, 5);
  t.after(() => clearInterval(interval));
  await assert.rejects(planner.plan(mean), tookTooLong(300));
  assert.ok(turns >= 10, `${turns} turns in 300 ms`);
});

test('a plan that is there in time counts, however late this process can look', async (t) => {
  const { planner } = await setUp(t, { clock: systemClock, maxPlanningMs: 200 });
  const plan = planner.plan(fine);
  await setImmediate();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  assert.equal((await plan).kind, 'QueryPlan');
});

test('an operation that takes too much memory is refused, and harms nobody else', async (t) => {
  // So small a heap overflows at all kinds of moments; as a worker thread it took this process along.
  const { planner, metrics } = await setUp(t, { maxHeapMiB: 64 });
  for (let round = 0; round < 2; round++) {
    const refused = assert.rejects(planner.plan(mean), tookTooMuchMemory);
    assert.equal((await planner.plan(fine)).kind, 'QueryPlan');
    await refused;
  }
  assert.match(await metrics.text(), /tiffin_plans_refused_total\{reason="memory"\} 2\n/);
});

test('an operation beyond the limits of the search is refused by the same planner', async (t) => {
  const { planner, metrics, processes } = await setUp(t, {
    supergraphSdl: createMeanSupergraph(),
    maxPathOptions: 100,
  });
  await assert.rejects(
    planner.plan(mean),
    refusedWith(
      'This operation is too complex to plan. There are too many ways through the subgraphs to its fields. Ask for less at once, or split it.',
    ),
  );
  assert.equal((await planner.plan(fine)).kind, 'QueryPlan');
  assert.equal(processes().length, 1);
  assert.match(await metrics.text(), /tiffin_plans_refused_total\{reason="complexity"\} 1\n/);
});

test('a failure of the planner itself arrives with its message, and is not called a refusal', async (t) => {
  const { planner, metrics } = await setUp(t);
  const nothing = operation('{ nothing }');
  const inProcess = await createApolloPlanner(endless)
    .plan(nothing)
    .catch((error: Error) => error);
  assert.ok(inProcess instanceof Error && inProcess.message);
  await assert.rejects(planner.plan(nothing), { message: inProcess.message });
  assert.doesNotMatch(await metrics.text(), /tiffin_plans_refused_total\{/);
});

test('beyond the queue operations are refused for now', async (t) => {
  const { planner, metrics, begun } = await setUp(t, { maxQueuedPlans: 2 });
  const waiting = [planner.plan(mean)];
  await begun();
  waiting.push(planner.plan(fine), planner.plan(fine));
  await assert.rejects(planner.plan(fine), isUnavailable);
  assert.match(await metrics.text(), /tiffin_plans_refused_total\{reason="queue"\} 1\n/);
  const ends = waiting.map((plan) => assert.rejects(plan, isUnavailable, 'stopped'));
  await planner.stop();
  await Promise.all(ends);
});

test('stop ends the planner at its work and refuses what waits and what comes', async (t) => {
  const { planner, processes, begun, metrics } = await setUp(t);
  const pending = [planner.plan(mean), planner.plan(fine)].map((plan) => assert.rejects(plan, isUnavailable));
  await begun();
  await planner.stop();
  assert.deepEqual(processes().map(hasEnded), [true]);
  await Promise.all(pending);
  await assert.rejects(planner.plan(fine), isUnavailable);
  await planner.stop();
  assert.equal(processes().length, 1);
  assert.doesNotMatch(await metrics.text(), /tiffin_plans_refused_total\{/);
});

test('stop ends a fresh planner that is still starting', async (t) => {
  const { planner, clock, processes, begun } = await setUp(t);
  const refused = assert.rejects(planner.plan(mean), tookTooLong(2_000));
  const waiting = assert.rejects(planner.plan(fine), isUnavailable);
  await begun();
  await clock.advance(2_000);
  await refused;
  await planner.stop();
  await waiting;
  assert.deepEqual(processes().map(hasEnded), [true, true]);
  assert.equal(clock.pendingTimers, 0);
});

test('an operation whose planner was killed by others may be sent again', async (t) => {
  const { planner, processes, begun } = await setUp(t);
  const refused = assert.rejects(planner.plan(mean), isUnavailable);
  await begun();
  processes()[0]?.kill('SIGKILL');
  await refused;
  assert.equal((await planner.plan(fine)).kind, 'QueryPlan');
});

test('a planner that dies unasked is replaced when it is needed', async (t) => {
  const { planner, processes } = await setUp(t);
  const [first] = processes();
  assert.ok(first);
  first.kill('SIGKILL');
  await once(first, 'exit');
  assert.equal((await planner.plan(fine)).kind, 'QueryPlan');
  assert.equal(processes().length, 2);
});

test('a planner with nothing to plan ends, and a fresh one makes the next plan', async (t) => {
  const { planner, clock, processes } = await setUp(t);
  const expected = await planner.plan(fine);
  await clock.advance(59_999);
  assert.deepEqual(await planner.plan(fine), expected);
  await clock.advance(59_999);
  assert.deepEqual(processes().map(hasEnded), [false], 'kept by each plan for as long again');
  const [first] = processes();
  assert.ok(first);
  const end = once(first, 'exit');
  await clock.advance(1);
  await end;
  assert.equal(clock.pendingTimers, 0);
  assert.deepEqual(await Promise.all([planner.plan(fine), planner.plan(fine)]), [expected, expected]);
  assert.deepEqual(processes().map(hasEnded), [true, false]);
});

test('nobody has to ask for a plan first', async (t) => {
  const { clock, processes } = await setUp(t, { maxIdleMs: 500 });
  await clock.advance(500);
  while (!processes().every(hasEnded)) await setImmediate();
});

test('a planner at its work is not idle, however long that takes', async (t) => {
  const { planner, clock, processes, begun } = await setUp(t, { maxPlanningMs: 60_000, maxIdleMs: 15_000 });
  const pending = assert.rejects(planner.plan(mean), tookTooLong(60_000));
  await begun();
  await clock.advance(59_999);
  assert.deepEqual(processes().map(hasEnded), [false]);
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(1);
  await pending;
});

test('stop leaves no timer, and ends what is already ending', async (t) => {
  const { planner, clock, processes } = await setUp(t);
  await planner.plan(fine);
  await clock.advance(60_000);
  await planner.stop();
  assert.deepEqual([processes().map(hasEnded), clock.pendingTimers], [[true], 0]);
  const other = await setUp(t);
  assert.equal(other.clock.pendingTimers, 1);
  await other.planner.stop();
  assert.equal(other.clock.pendingTimers, 0);
});

test('what clients see is what Apollo makes of the supergraph, whoever plans later', async (t) => {
  const { planner, clock, processes } = await setUp(t, { supergraphSdl: supergraphSdl() });
  assert.equal(planner.apiSchemaSdl, createApolloPlanner(supergraphSdl()).apiSchemaSdl());
  await clock.advance(60_000);
  while (!processes().every(hasEnded)) await setImmediate();
  assert.equal((await planner.plan(operation('{ me { email } }'))).kind, 'QueryPlan');
});

test('a supergraph that is not valid has no planner, though plans could be made', async () => {
  const invalid = endless.replace('@join__field(graph: SOURCE0', '@join__field(nonsense: 1, graph: SOURCE0');
  assert.ok(createApolloPlanner(invalid));
  const options = { supergraphSdl: invalid, clock: new VirtualClock(), metrics: createMetrics() };
  await assert.rejects(createPlannerProcess(options), /Unknown argument "nonsense"/);
});

test('the interrupt of a terminal does not end it: its owner decides', async (t) => {
  const { planner, processes } = await setUp(t);
  processes()[0]?.kill('SIGINT');
  processes()[0]?.kill('SIGTERM');
  assert.equal((await planner.plan(fine)).kind, 'QueryPlan');
  assert.equal(processes().length, 1);
});

test('a planner that does not get ready is given up', async () => {
  const startedBefore = started.length;
  const clock = new VirtualClock();
  const options = { supergraphSdl: endless, clock, metrics: createMetrics(), maxStartMs: 500 };
  const refused = assert.rejects(createPlannerProcess(options), /was not ready after 500 ms/);
  await clock.advance(500);
  await refused;
  assert.deepEqual(started.slice(startedBefore).map(hasEnded), [true]);
});

test('there is no planner for what is no supergraph', async () => {
  const options = {
    supergraphSdl: 'type Query { a: Int }',
    clock: new VirtualClock(),
    metrics: createMetrics(),
  };
  const inProcess = (() => {
    try {
      return createApolloPlanner(options.supergraphSdl);
    } catch (error) {
      return error as Error;
    }
  })();
  assert.ok(inProcess instanceof Error && inProcess.message);
  await assert.rejects(createPlannerProcess(options), { message: inProcess.message });
});

test('an owner that is done ends, though nobody stopped its planner', async () => {
  const owner = own(`
    await planner.plan(operation('{ thing { id } }'));
    console.log(child.pid);
  `);
  const [[code], output] = await Promise.all([once(owner, 'exit'), once(owner.stdout, 'data')]);
  assert.equal(code, 0);
  await ended(Number(String(output)));
});

test('a planner at work does not outlive an owner that was killed', async () => {
  const owner = own(`
    planner.plan(operation('{ thing { next { __typename } } }'));
    await setTimeout(100); // until it is at work
    console.log(child.pid);
  `);
  const [output] = await once(owner.stdout, 'data');
  owner.kill('SIGKILL');
  await ended(Number(String(output)));
});

/** A process of its own that starts a planner, `child`, and goes on with `script`. */
function own(script: string) {
  const source = `
    import { subscribe } from 'node:diagnostics_channel';
    import { setTimeout } from 'node:timers/promises';
    import { parse } from 'graphql';
    import { systemClock } from '@tiffin/lib/clock/clock';
    import { createMetrics } from '@tiffin/lib/telemetry/metrics';
    import { createPlannerProcess } from '@tiffin/gateway/executor/planner-process';
    import { createMeanSupergraph } from '@tiffin/gateway/testing/mean-supergraph';
    let child;
    subscribe('child_process', ({ process }) => { child = process; });
    const operation = (text) => {
      const document = parse(text);
      return { text, document, node: document.definitions[0] };
    };
    const planner = await createPlannerProcess({
      supergraphSdl: createMeanSupergraph({ types: 12, sources: 4 }),
      clock: systemClock,
      metrics: createMetrics(),
      maxPlanningMs: 60_000,
      maxHeapMiB: 8_000,
    });
    ${script}
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The process is not our child, so that only asking again and again tells its end. */
async function ended(pid: number): Promise<void> {
  assert.ok(pid > 0);
  for (const deadline = Date.now() + 5_000; isAlive(pid); await setTimeout(20)) {
    assert.ok(Date.now() < deadline, `the planner ${pid} lives on`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // Where nobody collects orphans, one that has ended stays listed.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

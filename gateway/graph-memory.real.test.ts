import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@tiffin/lib/clock/clock';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { createGraph, type Graph } from './graph.ts';
import { createLibrary } from './testing/library.ts';

// Real in the sense of long: a hundred planner processes, a hundred thousand plans.
const swaps = 100;
const documents = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Whether the heap grows with the work; `sizesMiB` are taken at equal steps of it. */
function assertFlat(t: TestContext, sizesMiB: readonly number[]): void {
  t.diagnostic(`heap in MiB: ${sizesMiB.map((size) => size.toFixed(1)).join(' ')}`);
  // The first steps fill the caches to their bounds. The collector leaves now more, now less behind: the least counts.
  const third = Math.floor(sizesMiB.length / 3);
  const middle = Math.min(...sizesMiB.slice(third, -third));
  const last = Math.min(...sizesMiB.slice(-third));
  assert.ok(last < middle * 1.1, `the heap grew from ${middle} to ${last} MiB`);
}

async function start() {
  const { subgraphOf } = createLibrary();
  let replace: (sdl: string) => void = () => {};
  const graph = await createGraph({
    source: {
      read: async () => createLibrary().supergraphSdl,
      watch(onChange) {
        replace = onChange;
        return { stop() {} };
      },
    },
    connect: ({ name }) => ({ subgraph: subgraphOf(name) }),
    kind: 'compiled',
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
  });
  after(() => graph.stop());
  return { graph, replace: (sdl: string) => replace(sdl) };
}

async function run(graph: Graph, alias: string): Promise<void> {
  using lease = graph.enter();
  const found = await lease.operations.get(`{ ${alias}: books { title author { name } } me }`);
  assert.ok('prepared' in found);
  const { data } = await found.prepared.run({}, callBy(), new OperationScope());
  const books = data?.[alias];
  assert.equal(Array.isArray(books) ? books.length : undefined, 3);
}

test(`memory is flat over ${swaps} supergraphs`, async (t) => {
  const { graph, replace } = await start();
  const sizes: number[] = [];
  for (let version = 2; version <= swaps + 1; version++) {
    replace(createLibrary({}, version).supergraphSdl);
    for (let isServed = false; !isServed; await turn()) {
      using lease = graph.enter();
      isServed = lease.schema.getType(`Version${version}`) !== undefined;
    }
    await run(graph, 'books');
    if (version % 10 === 1) sizes.push(heapMiB());
  }
  assertFlat(t, sizes);
});

test(`memory is flat over ${documents} distinct documents`, async (t) => {
  const { graph } = await start();
  const sizes: number[] = [];
  for (let document = 1; document <= documents; document++) {
    await run(graph, `a${document}`);
    if (document % 10_000 === 0) sizes.push(heapMiB());
  }
  assertFlat(t, sizes);
});

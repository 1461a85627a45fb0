import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { createLogger } from '@tiffin/lib/telemetry/logger';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { createGraph, type Graph, type GraphOptions } from './graph.ts';
import { createLibrary } from './testing/library.ts';

const sdlOf = (version: number) => createLibrary({}, version).supergraphSdl;
const query = '{ books { title author { name } } me }';

/** A graph of the library whose supergraph the test replaces. */
async function start({
  kind = 'compiled',
  delay,
}: {
  kind?: GraphOptions['kind'];
  delay?: () => Promise<void>;
} = {}) {
  const { subgraphOf } = createLibrary();
  const lines: string[] = [];
  const connections = { open: 0, closed: 0 };
  let replace: (sdl: string) => void = () => {};
  let isWatched = false;
  const graph = await createGraph({
    source: {
      read: async () => sdlOf(1),
      watch(onChange) {
        replace = onChange;
        isWatched = true;
        return {
          stop() {
            isWatched = false;
          },
        };
      },
    },
    connect({ name }) {
      connections.open++;
      let isClosed = false;
      const original = subgraphOf(name);
      const subgraph: Subgraph = {
        ...original,
        prepare: (operation) => async (variables, call, scope) => {
          assert.ok(!isClosed, 'a request reached a subgraph whose connection was closed');
          await delay?.();
          return original.prepare(operation)(variables, call, scope);
        },
      };
      return {
        subgraph,
        async close() {
          isClosed = true;
          connections.closed++;
        },
      };
    },
    kind,
    clock: new VirtualClock(),
    logger: createLogger({ format: 'json', output: { write: (line) => lines.push(line) } }),
    metrics: createMetrics(),
  });
  after(() => graph.stop());
  return { graph, connections, lines, replace: (sdl: string) => replace(sdl), isWatched: () => isWatched };
}

async function run(graph: Graph, text = query): Promise<unknown> {
  using lease = graph.enter();
  const found = await lease.operations.get(text);
  if ('errors' in found) return found.errors[0]?.message;
  return JSON.parse(JSON.stringify(await found.prepared.run({}, callBy(), new OperationScope())));
}

/** Until the graph serves the type that tells a version. */
async function served(graph: Graph, version: number): Promise<void> {
  for (;;) {
    using lease = graph.enter();
    if (lease.schema.getType(`Version${version}`)) return;
    await turn();
  }
}

for (const kind of ['compiled', 'apollo'] as const) {
  test(`a new supergraph is served without a restart (${kind})`, async () => {
    const { graph, replace } = await start({ kind });
    const answer = await run(graph);
    replace(sdlOf(2));
    await served(graph, 2);
    assert.deepEqual(await run(graph), answer);
  });
}

test('a request that began on the old supergraph ends on it; then its connections are closed', async () => {
  const gate = Promise.withResolvers<void>();
  const { graph, replace, connections } = await start({ delay: () => gate.promise });
  const answer = run(graph);
  await turn();
  replace(sdlOf(2));
  await served(graph, 2);
  assert.deepEqual(connections, { open: 4, closed: 0 });
  gate.resolve();
  assert.ok((await answer) as object);
  while (connections.closed < 2) await turn();
  await graph.stop();
  assert.deepEqual(connections, { open: 4, closed: 4 });
});

test('no request is lost while supergraphs are replaced under load', async () => {
  const { graph, replace } = await start({ delay: () => turn() });
  const expected = await run(graph);
  let isOver = false;
  let answered = 0;
  const clients = Array.from({ length: 20 }, async (_, client) => {
    for (let request = 0; !isOver; request++) {
      // Known and new operations: both meet a replacement in every phase.
      const text = request % 3 === 0 ? `query Q${client}_${request} ${query}` : query;
      assert.deepEqual(await run(graph, text), expected);
      answered++;
    }
  });
  for (let version = 2; version <= 6; version++) {
    replace(sdlOf(version));
    await served(graph, version);
  }
  isOver = true;
  await Promise.all(clients);
  assert.ok(answered > 100, `only ${answered} requests`);
});

test('clients of many operations that are known wait for no plan after a replacement', async () => {
  const { graph, replace } = await start();
  const operations = Array.from({ length: 300 }, (_, n) => `query Q${n} { me }`);
  await Promise.all(operations.map((text) => run(graph, text)));
  replace(sdlOf(2));
  await served(graph, 2);
  const answers = await Promise.all(operations.map((text) => run(graph, text)));
  for (const answer of answers) assert.deepEqual(answer, { data: { me: 'anonymous' } });
  using lease = graph.enter();
  assert.ok(lease.operations.load.documents >= 300);
});

test('a replacement that comes while the graph starts is neither lost nor the end of it', async () => {
  const { subgraphOf } = createLibrary();
  const graph = await createGraph({
    source: {
      read: async () => sdlOf(1),
      watch(onChange) {
        queueMicrotask(() => {
          onChange(sdlOf(2));
          onChange(sdlOf(3));
        });
        return { stop() {} };
      },
    },
    connect: ({ name }) => ({ subgraph: subgraphOf(name), close: async () => assert.fail('cannot close') }),
    kind: 'compiled',
    clock: new VirtualClock(),
    logger: createLogger({ format: 'json', output: { write() {} } }),
    metrics: createMetrics(),
  });
  after(() => graph.stop());
  await served(graph, 3);
  assert.deepEqual(await run(graph, '{ me }'), { data: { me: 'anonymous' } });
  await graph.stop();
  await graph.stop();
});

test('a supergraph that does not load leaves the old one in service, and a line for the operator', async () => {
  const { graph, replace, lines } = await start();
  const answer = await run(graph);
  replace('type Query { broken: String }');
  replace('not even SDL {');
  while (lines.filter((line) => line.includes('the old one stays in service')).length < 2) {
    assert.deepEqual(await run(graph), answer);
    await turn();
  }
  replace(sdlOf(2));
  await served(graph, 2);
});

test('the last of several replacements in a row wins', async () => {
  const { graph, replace } = await start();
  for (let version = 2; version <= 5; version++) replace(sdlOf(version));
  await served(graph, 5);
  await turn();
  using lease = graph.enter();
  assert.ok(lease.schema.getType('Version5'));
});

test('a graph that has stopped watches nothing and keeps nothing open', async () => {
  const { graph, connections, isWatched } = await start();
  assert.equal(isWatched(), true);
  await graph.stop();
  assert.equal(isWatched(), false);
  assert.deepEqual(connections, { open: 2, closed: 2 });
});

test('a graph whose first supergraph does not load does not start, and leaves nothing behind', async () => {
  let isWatched = false;
  const source = {
    read: async () => 'type Query { a: Int }',
    watch: () => {
      isWatched = true;
      return {
        stop() {
          isWatched = false;
        },
      };
    },
  };
  await assert.rejects(
    createGraph({
      source,
      connect: () => assert.fail('nothing to connect'),
      kind: 'compiled',
      clock: new VirtualClock(),
      logger: createLogger({ format: 'json', output: { write() {} } }),
      metrics: createMetrics(),
    }),
  );
  assert.equal(isWatched, false);
});

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { createGraph, type Graph } from '../graph.ts';
import { createLibrary } from './library.ts';

/** A graph of the library on the real clock, and what replaces its supergraph. */
export async function startLibraryGraph() {
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

/** Asks for the books under an alias: a document of its own for each. */
export async function askForBooks(graph: Graph, alias: string): Promise<void> {
  using lease = graph.enter();
  const found = await lease.operations.get(`{ ${alias}: books { title author { name } } me }`);
  assert.ok('prepared' in found);
  const { data } = await found.prepared.run({}, callBy(), new OperationScope());
  const books = data?.[alias];
  assert.equal(Array.isArray(books) ? books.length : undefined, 3);
}

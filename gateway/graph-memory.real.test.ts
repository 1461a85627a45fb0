import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { assertFlat, heapMiB } from './testing/flat-heap.ts';
import { createLibrary } from './testing/library.ts';
import { askForBooks, startLibraryGraph } from './testing/library-graph.ts';

// Real in the sense of long: a hundred planner processes.
const swaps = 100;

test(`memory is flat over ${swaps} supergraphs`, async (t) => {
  const { graph, replace } = await startLibraryGraph();
  const sizes: number[] = [];
  for (let version = 2; version <= swaps + 1; version++) {
    replace(createLibrary({}, version).supergraphSdl);
    for (let isServed = false; !isServed; await turn()) {
      using lease = graph.enter();
      isServed = lease.schema.getType(`Version${version}`) !== undefined;
    }
    await askForBooks(graph, 'books');
    if (version % 10 === 1) sizes.push(heapMiB());
  }
  assertFlat(t, sizes);
});

import { test } from 'node:test';
import { assertFlat, heapMiB } from './testing/flat-heap.ts';
import { askForBooks, startLibraryGraph } from './testing/library-graph.ts';

// Real in the sense of long: a hundred thousand plans, two minutes on an idle machine.
const documents = 100_000;
const timeoutMs = 840_000;
/** The planner plans one while the gateway compiles another. */
const atOnce = 20;

test(`memory is flat over ${documents} distinct documents`, { timeout: timeoutMs }, async (t) => {
  const { graph } = await startLibraryGraph();
  const sizes: number[] = [];
  for (let document = 0; document < documents; document += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, n) => askForBooks(graph, `a${document + n}`)));
    if ((document + atOnce) % 10_000 === 0) sizes.push(heapMiB());
  }
  assertFlat(t, sizes);
});

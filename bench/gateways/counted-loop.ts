import { fileURLToPath } from 'node:url';
import { runNode } from './closed-loop.ts';
import type { Load } from './load.ts';

const program = fileURLToPath(new URL('./programs/counted-loop.ts', import.meta.url));

/** So many requests, the same number to everybody, but for those who do not answer them in the seconds of the load. */
export const countedLoop = (count: number): Load => ({
  description: `${count} requests`,
  run: (options) => runNode(program, { ...options, count }),
});

import { fileURLToPath } from 'node:url';
import { runNode } from './closed-loop.ts';
import type { Load } from './load.ts';

const program = fileURLToPath(new URL('./programs/open-loop.ts', import.meta.url));

/** So many requests a second, whether the earlier ones were answered or not; each is timed from when it was due. */
export const openLoop = (rate: number): Load => ({
  description: `open loop, ${rate} requests a second`,
  run: (options) => runNode(program, { ...options, rate }),
});

import { DemoRandom } from '@tiffin/lib/demo/demo-random';

const share = 0.05;
const { CHAOS_SEED = '1', CHAOS_PROCESS = '' } = process.env;

/** Says of each thing whether it gets lost. CHAOS_SEED and CHAOS_PROCESS, which names one life of a process, fix which. */
export function losing(what: string): () => boolean {
  const random = DemoRandom.of(`${what} of ${CHAOS_PROCESS}`, Number(CHAOS_SEED));
  return () => random.next() < share;
}

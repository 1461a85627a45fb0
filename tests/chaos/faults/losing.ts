import { DemoRandom } from '@tiffin/lib/demo/demo-random';

const { CHAOS_SEED = '1', CHAOS_PROCESS = '' } = process.env;

/**
 * Says of each thing whether it gets lost, or whatever else befalls a share of them. CHAOS_SEED and CHAOS_PROCESS, which
 * names one life of a process, fix which.
 */
export function losing(what: string, share = 0.05): () => boolean {
  const random = DemoRandom.of(`${what} of ${CHAOS_PROCESS}`, Number(CHAOS_SEED));
  return () => random.next() < share;
}

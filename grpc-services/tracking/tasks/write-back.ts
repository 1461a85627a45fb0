import { sleep } from '@tiffin/lib/clock/clock';
import type { ServiceTask } from '@tiffin/lib/service/service-task';
import { createWriteBack, type WriteBackDeps } from '../domain/write-back.ts';

export const roundMs = 1_000;

/** Writes what Redis knows to the database, for as long as the process runs. */
export function writesBack(deps: WriteBackDeps): ServiceTask {
  const writeBack = createWriteBack(deps);
  return {
    name: 'write histories and counts',
    async run(signal) {
      while (!signal.aborted) {
        if (!(await writeBack.round(signal))) await sleep(deps.clock, roundMs, signal);
      }
      await writeBack.last();
    },
  };
}

import { sleep } from '@tiffin/lib/clock/clock';
import type { ServiceTask } from '@tiffin/lib/service/service-task';
import { type CourierCallsDeps, createCourierCalls, maxCallsOfRound } from '../domain/call-couriers.ts';

/** How soon a new delivery is seen, and how exact retries are. */
const pollMs = 500;

/** Calls couriers for as long as the process runs. */
export function callCouriers(deps: CourierCallsDeps): ServiceTask {
  const calls = createCourierCalls(deps);
  return {
    name: 'call couriers',
    async run(signal) {
      while (!signal.aborted) {
        if ((await calls.round(signal)) < maxCallsOfRound) await sleep(deps.clock, pollMs, signal);
      }
    },
  };
}

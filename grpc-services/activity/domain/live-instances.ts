import { type Clock, sleep } from '@tiffin/lib/clock/clock';
import { runSafe, type SafetyNet } from '@tiffin/lib/lifecycle/run-safe';
import type { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import type { InstanceBeats } from '../data/instance-beats.ts';

export interface LiveInstancesOptions extends SafetyNet {
  readonly clock: Clock;
  readonly beats: InstanceBeats;
  readonly instanceId: string;
  readonly background: Pick<TaskScope, 'run'>;
}

const BEAT_MS = 1_000;

/**
 * How many processes share the joins, as each of them tells the others once a second. Only those count that were asked
 * something about flash sales: a process of jobs admits nobody. While Redis is away the last number stands.
 *
 * Until its first beat is answered a process counts itself alone, and its bucket is 2 × stock, undivided. That is a short
 * time, unless Redis is away; what passes then is bounded by the stock behind the bucket, which sells no unit twice.
 */
export class LiveInstances {
  readonly #options: LiveInstancesOptions;
  #count = 1;
  #hasBegun = false;

  constructor(options: LiveInstancesOptions) {
    this.#options = options;
  }

  /** At least this one. */
  get count(): number {
    return this.#count;
  }

  /** From now on this process counts, until the background ends. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = this.#options.background.run('live instances', (signal) => this.#beat(signal));
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { clock, beats, instanceId } = this.#options;
    while (!signal.aborted) {
      await runSafe(this.#options, 'live instances', async () => {
        this.#count = await beats.beat(instanceId, clock.now());
      });
      await sleep(clock, BEAT_MS, signal);
    }
    await beats.leave(instanceId).catch(() => {});
  }
}

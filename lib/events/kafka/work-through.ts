import { type Clock, sleep } from '../../clock/clock.ts';
import { within } from '../../lifecycle/within.ts';
import type { IncomingRecord } from './event-record.ts';
import { FinishedPrefix } from './finished-prefix.ts';
import type { ConsumerSettings } from './kafka-settings.ts';
import type { Slots } from './slots.ts';

export interface BatchWork {
  /** Of one partition, in order of their offsets. */
  readonly records: readonly IncomingRecord[];
  /** Does all there is to do for a record. A rejection ends the batch there: the record comes again. */
  readonly finish: (record: IncomingRecord, signal: AbortSignal) => Promise<void>;
  /** Says that all records before `nextOffset` are finished. */
  readonly commit: (nextOffset: string) => Promise<void>;
  /** Rejects when the partitions are to be given back. */
  readonly heartbeat: () => Promise<void>;
  /** Aborts when nothing more is to begin. */
  readonly stopping: AbortSignal;
  /** Aborts when handlers under way must let go. */
  readonly letGo: AbortSignal;
  /** Shared with the subscription's other partitions. */
  readonly slots: Slots;
  readonly settings: Pick<ConsumerSettings, 'heartbeatIntervalMs' | 'commitIntervalMs' | 'releaseTimeoutMs'>;
  readonly clock: Clock;
}

/**
 * Works through a batch: records of one key one after another, others side by side. Commits what is finished without a
 * gap, as it goes and at the end, also when the end is a failure, which it throws then.
 */
export async function workThrough(work: BatchWork): Promise<void> {
  const { records, clock, settings } = work;
  const halt = new AbortController();
  const signal = AbortSignal.any([halt.signal, work.letGo]);
  const prefix = new FinishedPrefix(records.length);
  const committed = createCommitter(work, prefix);
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure ??= { error };
    halt.abort(error);
  };

  const ended = new AbortController();
  const kept = keepAlive(work, committed, ended.signal).catch(fail);
  const running = launch(work, signal, prefix, fail);
  // Who does not end after the signal is left behind: what it still does may be done twice.
  const released = new Promise<void>((resolve) => {
    const wait = () => void sleep(clock, settings.releaseTimeoutMs, ended.signal).then(resolve);
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
  await Promise.race([running, released]);
  ended.abort();
  await within(clock, settings.releaseTimeoutMs, kept);
  if (!failure) return committed();
  // The failure says why the batch ends; a commit that fails too only makes records come again.
  await committed().catch(() => {});
  throw failure.error;
}

/** Starts the records in order, as slots allow; resolves when all that were started have ended. */
async function launch(
  { records, slots, finish, stopping }: BatchWork,
  signal: AbortSignal,
  prefix: FinishedPrefix,
  fail: (error: unknown) => void,
): Promise<void> {
  const beginsNoMore = AbortSignal.any([signal, stopping]);
  const lastOfKey = new Map<string, Promise<void>>();
  for (const [index, record] of records.entries()) {
    const release = await slots.take(beginsNoMore);
    if (!release) break;
    const run = async () => {
      if (beginsNoMore.aborted) return;
      await finish(record, signal);
      prefix.finish(index);
    };
    const key = record.key?.toString('latin1') ?? `offset ${record.offset}`;
    const before = lastOfKey.get(key) ?? Promise.resolve();
    lastOfKey.set(key, before.then(run).catch(fail).finally(release));
  }
  await Promise.all(lastOfKey.values());
}

function createCommitter({ records, commit }: BatchWork, prefix: FinishedPrefix): () => Promise<void> {
  let done = 0;
  return async () => {
    const last = records[prefix.length - 1];
    if (!last || prefix.length === done) return;
    const length = prefix.length;
    await commit((BigInt(last.offset) + 1n).toString());
    done = length;
  };
}

async function keepAlive(
  { clock, settings, heartbeat }: BatchWork,
  committed: () => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  const intervalMs = Math.min(settings.heartbeatIntervalMs, settings.commitIntervalMs);
  for (;;) {
    await sleep(clock, intervalMs, ended);
    if (ended.aborted) return;
    await heartbeat();
    await committed();
  }
}

import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { sleep, type Timer } from '../../clock/clock.ts';
import { within } from '../../lifecycle/within.ts';
import { dueMsOf } from './event-record.ts';
import { createRecordHandler, type RecordHandlerOptions } from './handle-record.ts';
import type { ConsumerSettings } from './kafka-settings.ts';
import { Slots } from './slots.ts';
import { workThrough } from './work-through.ts';

export interface KafkaConsumerOptions extends RecordHandlerOptions {
  readonly kafka: Pick<Kafka, 'consumer'>;
  readonly settings: ConsumerSettings;
}

export interface KafkaConsumer {
  /** Resolves when it has joined its group, or failed to for the first time: it goes on trying. */
  readonly started: Promise<void>;
  /** Waits for the handlers under way, commits what is finished, and leaves the group. */
  stop(): Promise<void>;
}

/** How long an empty fetch waits at the broker, and so about how late a retry may be. */
const MAX_FETCH_WAIT_MS = 500;
/** How long others wait for a member that does not come to a rebalance. */
const REBALANCE_TIMEOUT_MS = 30_000;

/** Reads a subscription's topic and its retry topics, until it is stopped; after a crash it starts anew. */
export function startKafkaConsumer(options: KafkaConsumerOptions): KafkaConsumer {
  const { clock, settings, logger, subscription } = options;
  const stopping = new AbortController();
  const { promise: started, resolve: ready } = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await consumeUntilCrash(options, stopping.signal, ready).catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        logger.error({ consumer: subscription.consumer, err: error }, 'kafka consumer starts anew');
      });
      ready();
      await sleep(clock, settings.restartDelayMs, stopping.signal);
    }
  }

  const running = run();
  return {
    started,
    async stop() {
      stopping.abort();
      await within(clock, 3 * settings.releaseTimeoutMs, running);
    },
  };
}

async function consumeUntilCrash(
  options: KafkaConsumerOptions,
  stopping: AbortSignal,
  ready: () => void,
): Promise<void> {
  const consumer = openConsumer(options);
  const crashed = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    else stopping.addEventListener('abort', () => resolve(), { once: true });
  });
  const reader = createReader(options, consumer, stopping);
  const joined = reader.start().then(ready);
  // Each may reject when nobody waits for it any more.
  for (const promise of [crashed, joined]) promise.catch(() => {});
  try {
    await Promise.race([Promise.all([joined, crashed]), stopped]);
  } finally {
    // Waits for the batches under way, which commit what they have finished while the lease still holds.
    await consumer.disconnect().catch(() => {});
    reader.close();
  }
}

function openConsumer({ kafka, topics, settings }: KafkaConsumerOptions): Consumer {
  return kafka.consumer({
    groupId: topics.group,
    sessionTimeout: settings.sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: settings.heartbeatIntervalMs,
    maxBytesPerPartition: settings.maxBytesPerPartition,
    maxWaitTimeInMs: MAX_FETCH_WAIT_MS,
    // kafkajs restarts only after some errors; we do after each.
    retry: { restartOnFailure: async () => false },
  });
}

/** What one life of a consumer holds: its lease on the partitions, and the timers of those that wait for a retry. */
function createReader(options: KafkaConsumerOptions, consumer: Consumer, stopping: AbortSignal) {
  const { clock, topics, settings } = options;
  const handle = createRecordHandler(options);
  const slots = new Slots(settings.maxConcurrentHandlers);
  const timers = new Set<Timer>();
  let lease = new AbortController();

  /** With a new generation the partitions may be another's: nothing of the old one is committed then. */
  consumer.on(consumer.events.GROUP_JOIN, () => {
    lease.abort(new Error('The partitions have been assigned anew.'));
    lease = new AbortController();
  });

  /** The partition rests until its first record is due. */
  function rest(payload: EachBatchPayload, delayMs: number): void {
    const resume = payload.pause();
    const timer = clock.setTimer(delayMs, () => {
      timers.delete(timer);
      resume();
    });
    timers.add(timer);
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary } = payload;
    const { topic, partition } = batch;
    const nowMs = clock.now();
    const firstNotDue = batch.messages.findIndex((message) => dueMsOf(message) > nowMs);
    const records = firstNotDue === -1 ? batch.messages : batch.messages.slice(0, firstNotDue);
    const notDue = batch.messages[firstNotDue];
    const held = lease.signal;
    await workThrough({
      records,
      finish: (record, signal) => handle(record, { topic, partition }, signal),
      async commit(offset) {
        if (held.aborted) return;
        resolveOffset(String(BigInt(offset) - 1n));
        await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      },
      heartbeat: payload.heartbeat,
      letGo: AbortSignal.any([held, stopping]),
      slots,
      settings,
      clock,
    });
    if (notDue && !stopping.aborted && !held.aborted) rest(payload, dueMsOf(notDue) - nowMs);
  }

  return {
    async start() {
      await consumer.connect();
      await consumer.subscribe({ topics: [topics.main, ...topics.retries], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: settings.maxConcurrentPartitions,
        eachBatch,
      });
    },
    close() {
      lease.abort(new Error('The consumer has ended.'));
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}

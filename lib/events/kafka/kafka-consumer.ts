import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { sleep, type Timer } from '../../clock/clock.ts';
import { within } from '../../lifecycle/within.ts';
import { createConsumerLag } from './consumer-lag.ts';
import { createRecordHandler, type RecordHandlerOptions } from './handle-record.ts';
import type { ConsumerSettings } from './kafka-settings.ts';
import { createRetryWaits } from './retry-waits.ts';
import { Slots } from './slots.ts';
import { type BatchWork, workThrough } from './work-through.ts';

export interface KafkaConsumerOptions extends RecordHandlerOptions {
  readonly kafka: Pick<Kafka, 'consumer'>;
  readonly settings: ConsumerSettings;
  /** Looks at the subscription's topics anew, and makes those that are gone; called after each crash. */
  readonly ensureTopics: () => Promise<void>;
}

export interface KafkaConsumer {
  /** Resolves when it has joined its group, or failed to for the first time: it goes on trying. */
  readonly started: Promise<void>;
  /** Waits for the handlers under way, tells them after a while to let go, commits what is finished, leaves the group. */
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
  const letGo = new AbortController();
  const signals = { stopping: stopping.signal, letGo: letGo.signal };
  const { promise: started, resolve: ready } = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    for (let life = 1; !stopping.signal.aborted; life++) {
      try {
        if (life > 1) await options.ensureTopics();
        await consumeUntilCrash(options, signals, ready);
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ consumer: subscription.consumer, err: error }, 'kafka consumer starts anew');
      }
      ready();
      await sleep(clock, settings.restartDelayMs, stopping.signal);
    }
  }

  const running = run();
  return {
    started,
    async stop() {
      stopping.abort();
      const grace = clock.setTimer(settings.stopGraceMs, () => letGo.abort(new Error('The consumer stops.')));
      await within(clock, settings.stopGraceMs + 3 * settings.releaseTimeoutMs, running);
      grace.cancel();
    },
  };
}

type StopSignals = Pick<BatchWork, 'stopping' | 'letGo'>;

async function consumeUntilCrash(
  options: KafkaConsumerOptions,
  signals: StopSignals,
  ready: () => void,
): Promise<void> {
  const consumer = openConsumer(options);
  const crashed = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  const stopped = new Promise<void>((resolve) => {
    if (signals.stopping.aborted) resolve();
    else signals.stopping.addEventListener('abort', () => resolve(), { once: true });
  });
  const reader = createReader(options, consumer, signals);
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
    // A topic that a broker makes by itself is made with too little.
    allowAutoTopicCreation: false,
    // kafkajs restarts only after some errors; we do after each.
    retry: { restartOnFailure: async () => false },
  });
}

/** What one life of a consumer holds: its lease on the partitions, and the timers of those that wait for a retry. */
function createReader(options: KafkaConsumerOptions, consumer: Consumer, signals: StopSignals) {
  const { clock, topics, settings, subscription } = options;
  const { stopping, letGo } = signals;
  const handle = createRecordHandler(options);
  const labels = { topic: subscription.topic.name, consumer: subscription.consumer };
  const lag = createConsumerLag(options.metrics, labels);
  const slots = new Slots(subscription.maxConcurrentHandlers ?? settings.maxConcurrentHandlers);
  const dueRecords = createRetryWaits(
    clock,
    (topic) => settings.retryDelaysMs[topics.retries.indexOf(topic)] ?? 0,
  );
  const timers = new Set<Timer>();
  let lease = new AbortController();

  /** With a new generation the partitions may be another's: nothing of the old one is committed then. */
  consumer.on(consumer.events.GROUP_JOIN, () => {
    lease.abort(new Error('The partitions have been assigned anew.'));
    lease = new AbortController();
    lag.forget();
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
    const finishedUpTo = (offset: string) => {
      if (topic === topics.main) lag.see(partition, offset, batch.highWatermark);
    };
    const { due: records, waitMs } = dueRecords(batch);
    const held = lease.signal;
    if (batch.messages[0]) finishedUpTo(batch.messages[0].offset);
    await workThrough({
      records,
      finish: (record, signal) => handle(record, { topic, partition }, signal),
      async commit(offset) {
        if (held.aborted) return;
        resolveOffset(String(BigInt(offset) - 1n));
        await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
        if (!held.aborted) finishedUpTo(offset);
      },
      heartbeat: payload.heartbeat,
      stopping,
      letGo: AbortSignal.any([held, letGo]),
      slots,
      settings,
      clock,
    });
    if (waitMs !== undefined && !stopping.aborted && !held.aborted) rest(payload, waitMs);
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
      lag.forget();
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}

import type { Admin } from 'kafkajs';
import { type Clock, sleep } from '../../clock/clock.ts';
import type { TopicSettings } from './kafka-settings.ts';

/** kafkajs' ConfigResourceTypes.TOPIC, which an ES module cannot import. */
const TOPIC_RESOURCE = 2;

export interface TopicToEnsure {
  readonly name: string;
  /** The largest record that it must take. */
  readonly maxMessageBytes: number;
  /** How long it must keep records, and how long it may at most: consumers remember events for a time only. */
  readonly retentionMs: number;
  readonly maxRetentionMs: number;
}

/** What a topic of the cluster promises. */
export interface TopicStrength {
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  readonly allowsUncleanElection: boolean;
  /** `delete`, `compact`, or both, which keeps only the last record of a key. */
  readonly cleanupPolicy: string;
  /** Infinity where it keeps records for ever. */
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

export type AdminConnection = Pick<
  Admin,
  'connect' | 'disconnect' | 'listTopics' | 'createTopics' | 'fetchTopicMetadata' | 'describeConfigs'
>;

/** A topic may lose events, or bring one that consumers have forgotten, so nothing is sent to it. */
export class WeakTopic extends Error {
  override readonly name = 'WeakTopic';
}

export interface TopicProvisioner {
  /**
   * Makes what is missing. A topic that was found good is not looked at again until it is forgotten.
   * @throws WeakTopic
   * @throws Error where the cluster does not answer, or does not let us.
   */
  ensure(topics: readonly TopicToEnsure[]): Promise<void>;
  /** The topic may be gone: the next `ensure` looks again. */
  forget(name: string): void;
}

export interface TopicProvisionerOptions {
  readonly open: () => AdminConnection;
  readonly settings: TopicSettings;
  readonly clock: Clock;
}

/** How long a topic that has been made may stay unknown to brokers, and how often they are asked. */
const APPEAR_TIMEOUT_MS = 10_000;
const APPEAR_INTERVAL_MS = 100;
const NOT_YET: ReadonlySet<unknown> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

export function createTopicProvisioner({ open, settings, clock }: TopicProvisionerOptions): TopicProvisioner {
  const good = new Set<string>();
  // One look at a time, so that a burst of first events asks the cluster once.
  let last: Promise<unknown> = Promise.resolve();

  async function ensureNow(topics: readonly TopicToEnsure[]): Promise<void> {
    const unknown = topics.filter(({ name }) => !good.has(name));
    if (unknown.length === 0) return;
    const admin = open();
    try {
      await admin.connect();
      const present = new Set(await admin.listTopics());
      const missing = unknown.filter(({ name }) => !present.has(name));
      if (missing.length > 0) await create(admin, missing, settings);
      const names = unknown.map(({ name }) => name);
      const strengths = await onceThere(clock, () => readStrengths(admin, names));
      for (const topic of unknown) {
        const strength = strengths.get(topic.name);
        const weakness = strength && describeWeakness(topic, strength, settings);
        if (weakness) throw new WeakTopic(weakness);
        good.add(topic.name);
      }
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }

  return {
    async ensure(topics) {
      if (topics.every(({ name }) => good.has(name))) return;
      const ensured = last.then(() => ensureNow(topics));
      last = ensured.catch(() => {});
      await ensured;
    },
    forget: (name) => void good.delete(name),
  };
}

const DAY_MS = 86_400_000;
const daysOf = (ms: number) => `${Math.round((ms / DAY_MS) * 10) / 10} days`;

/** A sentence where the topic promises less than is asked for. */
export function describeWeakness(
  { name, retentionMs, maxRetentionMs, maxMessageBytes }: TopicToEnsure,
  found: TopicStrength,
  wanted: TopicSettings,
): string | undefined {
  if (found.replicationFactor < wanted.replicationFactor)
    return `The topic ${name} has ${found.replicationFactor} copies of each partition, not ${wanted.replicationFactor}. Add replicas, or ask for less.`;
  if (found.minInsyncReplicas < wanted.minInsyncReplicas)
    return `The topic ${name} acknowledges with ${found.minInsyncReplicas} copies in sync, not ${wanted.minInsyncReplicas}. Raise its min.insync.replicas.`;
  if (found.allowsUncleanElection)
    return `The topic ${name} allows a leader that lacks events. Set its unclean.leader.election.enable to false.`;
  if (found.cleanupPolicy !== 'delete')
    return `The topic ${name} keeps only the last event of a key. Set its cleanup.policy to delete.`;
  if (found.retentionMs < retentionMs)
    return `The topic ${name} keeps events for ${daysOf(found.retentionMs)}, not ${daysOf(retentionMs)}. Raise its retention.ms to ${retentionMs}.`;
  if (found.retentionMs > maxRetentionMs)
    return `The topic ${name} keeps events for longer than ${daysOf(maxRetentionMs)}, and so than consumers remember them. Set its retention.ms to ${retentionMs}.`;
  if (found.maxMessageBytes < maxMessageBytes)
    return `The topic ${name} takes ${found.maxMessageBytes} bytes, not ${maxMessageBytes}. Raise its max.message.bytes.`;
  return undefined;
}

async function create(admin: AdminConnection, topics: readonly TopicToEnsure[], settings: TopicSettings) {
  const made = topics.map(({ name, retentionMs, maxMessageBytes }) => ({
    topic: name,
    numPartitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    configEntries: Object.entries({
      'min.insync.replicas': String(settings.minInsyncReplicas),
      'unclean.leader.election.enable': 'false',
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionMs),
      'max.message.bytes': String(maxMessageBytes),
    }).map(([entry, value]) => ({ name: entry, value })),
  }));
  try {
    await admin.createTopics({ topics: made, waitForLeaders: false });
  } catch (error) {
    // Another process was faster with some of them, and they are looked at in any case.
    const errors = (error as { errors?: readonly { type?: string; topic?: string }[] }).errors ?? [];
    const serious = errors.find(({ type }) => type !== 'TOPIC_ALREADY_EXISTS');
    if (errors.length === 0) throw error;
    if (!serious) return;
    const hint =
      serious.type === 'INVALID_REPLICATION_FACTOR'
        ? ` It has fewer brokers than the ${settings.replicationFactor} copies that are asked for: add brokers, or set KAFKA_REPLICATION_FACTOR and KAFKA_MIN_INSYNC_REPLICAS.`
        : '';
    throw new Error(`Kafka did not make the topic ${serious.topic}: ${serious.type}.${hint}`);
  }
}

/** A broker learns of new topics a little later, whoever made them. */
async function onceThere<Value>(clock: Clock, read: () => Promise<Value>): Promise<Value> {
  for (const deadlineMs = clock.now() + APPEAR_TIMEOUT_MS; ; await sleep(clock, APPEAR_INTERVAL_MS)) {
    try {
      return await read();
    } catch (error) {
      if (!NOT_YET.has((error as { type?: unknown }).type) || clock.now() >= deadlineMs) throw error;
    }
  }
}

const CONFIG_NAMES = [
  'min.insync.replicas',
  'unclean.leader.election.enable',
  'cleanup.policy',
  'retention.ms',
  'max.message.bytes',
];

async function readStrengths(
  admin: AdminConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, TopicStrength>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: CONFIG_NAMES })),
  });
  return new Map(
    topics.map(({ name, partitions }) => {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const read = (entry: string) => entries.find(({ configName }) => configName === entry)?.configValue;
      const retentionMs = Number(read('retention.ms'));
      return [
        name,
        {
          replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
          minInsyncReplicas: Number(read('min.insync.replicas') ?? 0),
          allowsUncleanElection: read('unclean.leader.election.enable') !== 'false',
          cleanupPolicy: read('cleanup.policy') ?? '',
          retentionMs: retentionMs === -1 ? Number.POSITIVE_INFINITY : retentionMs,
          maxMessageBytes: Number(read('max.message.bytes')),
        },
      ];
    }),
  );
}

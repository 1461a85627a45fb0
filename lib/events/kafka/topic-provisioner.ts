import type { Admin } from 'kafkajs';
import { type Clock, sleep } from '../../clock/clock.ts';
import type { TopicSettings } from './kafka-settings.ts';

/** kafkajs' ConfigResourceTypes.TOPIC, which an ES module cannot import. */
const TOPIC_RESOURCE = 2;

export interface TopicToEnsure {
  readonly name: string;
  /** Further settings for when it is made: `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** What a topic of the cluster promises. */
export interface TopicStrength {
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  readonly allowsUncleanElection: boolean;
}

export type AdminConnection = Pick<
  Admin,
  'connect' | 'disconnect' | 'listTopics' | 'createTopics' | 'fetchTopicMetadata' | 'describeConfigs'
>;

/** A topic may lose acknowledged events, so nothing is sent to it. */
export class WeakTopic extends Error {
  override readonly name = 'WeakTopic';
}

export interface TopicProvisioner {
  /**
   * Makes what is missing. A topic that was found good is not looked at again.
   * @throws WeakTopic
   * @throws Error where the cluster does not answer, or does not let us.
   */
  ensure(topics: readonly TopicToEnsure[]): Promise<void>;
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
      for (const [name, strength] of strengths) {
        const weakness = describeWeakness(name, strength, settings);
        if (weakness) throw new WeakTopic(weakness);
        good.add(name);
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
  };
}

/** A sentence where the topic promises less than the settings ask for. */
export function describeWeakness(
  name: string,
  found: TopicStrength,
  wanted: TopicSettings,
): string | undefined {
  if (found.replicationFactor < wanted.replicationFactor)
    return `The topic ${name} has ${found.replicationFactor} copies of each partition, not ${wanted.replicationFactor}. Add replicas, or ask for less.`;
  if (found.minInsyncReplicas < wanted.minInsyncReplicas)
    return `The topic ${name} acknowledges with ${found.minInsyncReplicas} copies in sync, not ${wanted.minInsyncReplicas}. Raise its min.insync.replicas.`;
  if (found.allowsUncleanElection)
    return `The topic ${name} allows a leader that lacks events. Set its unclean.leader.election.enable to false.`;
  return undefined;
}

async function create(admin: AdminConnection, topics: readonly TopicToEnsure[], settings: TopicSettings) {
  const made = topics.map(({ name, config = {} }) => ({
    topic: name,
    numPartitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    configEntries: Object.entries({
      'min.insync.replicas': String(settings.minInsyncReplicas),
      'unclean.leader.election.enable': 'false',
      ...config,
    }).map(([entry, value]) => ({ name: entry, value })),
  }));
  try {
    await admin.createTopics({ topics: made, waitForLeaders: false });
  } catch (error) {
    // Another process was faster with some of them, and they are looked at in any case.
    const errors = (error as { errors?: readonly { type?: string; topic?: string }[] }).errors ?? [];
    const serious = errors.find(({ type }) => type !== 'TOPIC_ALREADY_EXISTS');
    if (errors.length === 0) throw error;
    if (serious) throw new Error(`Kafka did not make the topic ${serious.topic}: ${serious.type}.`);
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

async function readStrengths(
  admin: AdminConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, TopicStrength>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({
      type: TOPIC_RESOURCE,
      name,
      configNames: ['min.insync.replicas', 'unclean.leader.election.enable'],
    })),
  });
  return new Map(
    topics.map(({ name, partitions }) => {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const read = (entry: string) => entries.find(({ configName }) => configName === entry)?.configValue;
      return [
        name,
        {
          replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
          minInsyncReplicas: Number(read('min.insync.replicas') ?? 0),
          allowsUncleanElection: read('unclean.leader.election.enable') !== 'false',
        },
      ];
    }),
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { producerDefaults, topicDefaults } from './kafka-settings.ts';
import {
  type AdminConnection,
  createTopicProvisioner,
  describeWeakness,
  type TopicStrength,
  WeakTopic,
} from './topic-provisioner.ts';
import { mainTopic, subscriptionTopics } from './topics-to-ensure.ts';

const DAY_MS = 86_400_000;
const sizes = { ...producerDefaults, ...topicDefaults };
const paid = mainTopic('order.paid.v1', sizes);
const strong: TopicStrength = {
  replicationFactor: 3,
  minInsyncReplicas: 2,
  allowsUncleanElection: false,
  cleanupPolicy: 'delete',
  retentionMs: 30 * DAY_MS,
  maxMessageBytes: 1_048_588,
};
type Created = Parameters<AdminConnection['createTopics']>[0];

/** A cluster with these topics, which counts what it is asked. */
function cluster(present: Record<string, TopicStrength>, createError?: unknown, unknownFor = 0) {
  const topics = new Map(Object.entries(present));
  const created: Created['topics'] = [];
  let looks = 0;
  let asked = 0;
  const clock = new VirtualClock();
  const admin = {
    async connect() {},
    async disconnect() {},
    async listTopics() {
      looks++;
      return [...topics.keys()];
    },
    async createTopics(options: Created) {
      for (const topic of options.topics) {
        if (!topics.has(topic.topic)) topics.set(topic.topic, strong);
        created.push(topic);
      }
      if (createError) throw createError;
      return true;
    },
    async fetchTopicMetadata({ topics: names }: { topics: string[] }) {
      if (asked++ < unknownFor) throw Object.assign(new Error(), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
      const replicas = (name: string) => Array(topics.get(name)?.replicationFactor ?? 0).fill(1);
      return { topics: names.map((name) => ({ name, partitions: [{ replicas: replicas(name) }] })) };
    },
    async describeConfigs({ resources }: { resources: { name: string }[] }) {
      const read = (name: string) => {
        const { minInsyncReplicas, allowsUncleanElection, ...found } = topics.get(name) ?? strong;
        return Object.entries({
          'min.insync.replicas': minInsyncReplicas,
          'unclean.leader.election.enable': allowsUncleanElection,
          'cleanup.policy': found.cleanupPolicy,
          'retention.ms': found.retentionMs === Number.POSITIVE_INFINITY ? -1 : found.retentionMs,
          'max.message.bytes': found.maxMessageBytes,
        }).map(([configName, value]) => ({ configName, configValue: String(value) }));
      };
      return { resources: resources.map(({ name }) => ({ resourceName: name, configEntries: read(name) })) };
    },
  } as unknown as AdminConnection;
  const provisioner = createTopicProvisioner({ open: () => admin, settings: topicDefaults, clock });
  return { provisioner, created, clock, looks: () => looks, remove: (name: string) => topics.delete(name) };
}

test('a missing topic is made with three copies, two of them in sync, clean elections only, and for 30 days', async () => {
  const { provisioner, created } = cluster({});
  await provisioner.ensure([paid]);
  assert.deepEqual(created, [
    {
      topic: 'order.paid.v1',
      numPartitions: 6,
      replicationFactor: 3,
      configEntries: [
        { name: 'min.insync.replicas', value: '2' },
        { name: 'unclean.leader.election.enable', value: 'false' },
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: String(30 * DAY_MS) },
        { name: 'max.message.bytes', value: String(paid.maxMessageBytes) },
      ],
    },
  ]);
});

test('a topic that is good is looked at once', async () => {
  const { provisioner, created, looks } = cluster({ 'order.paid.v1': strong });
  const ensure = () => provisioner.ensure([paid]);
  await Promise.all([ensure(), ensure()]);
  await ensure();
  assert.deepEqual([created.length, looks()], [0, 1]);
});

test('a topic that is gone is made again once it is forgotten', async () => {
  const { provisioner, created, remove } = cluster({ 'order.paid.v1': strong });
  await provisioner.ensure([paid]);
  remove(paid.name);
  provisioner.forget(paid.name);
  await provisioner.ensure([paid]);
  assert.deepEqual(
    created.map(({ topic }) => topic),
    [paid.name],
  );
});

test('dead letters may lie for ever, and not for less than 30 days', () => {
  const names = { main: 'm', retries: ['r'], dead: 'd', group: 'g', redriveGroup: 'x' };
  const weaknesses = (retentionMs: number) =>
    subscriptionTopics(names, sizes)
      .filter((topic) => describeWeakness(topic, { ...strong, retentionMs }, topicDefaults))
      .map(({ name }) => name);
  assert.deepEqual(weaknesses(Number.POSITIVE_INFINITY), ['m', 'r']);
  assert.deepEqual(weaknesses(30 * DAY_MS - 1), ['m', 'r', 'd']);
  assert.deepEqual(weaknesses(45 * DAY_MS), []);
});

const weaker: readonly [Partial<TopicStrength>, RegExp][] = [
  [{ replicationFactor: 2 }, /has 2 copies of each partition, not 3\. Add replicas/],
  [{ minInsyncReplicas: 1 }, /acknowledges with 1 copies in sync, not 2\. Raise its min\.insync\.replicas\./],
  [{ allowsUncleanElection: true }, /allows a leader that lacks events\. Set its unclean/],
  [{ cleanupPolicy: 'compact' }, /keeps only the last event of a key\. Set its cleanup\.policy to delete\./],
  [{ cleanupPolicy: 'compact,delete' }, /keeps only the last event of a key/],
  [
    { retentionMs: 7 * DAY_MS },
    /keeps events for 7 days, not 30 days\. Raise its retention\.ms to 2592000000\./,
  ],
  [{ retentionMs: 46 * DAY_MS }, /keeps events for longer than 45 days, and so than consumers remember/],
  [{ retentionMs: Number.POSITIVE_INFINITY }, /longer than 45 days.* Set its retention\.ms to 2592000000\./],
  [{ maxMessageBytes: 50_000 }, /takes 50000 bytes, not \d+\. Raise its max\.message\.bytes\./],
];
for (const [fields, sentence] of weaker) {
  test(`a topic with ${JSON.stringify(fields)} is refused, each time`, async () => {
    const { provisioner } = cluster({ 'order.paid.v1': { ...strong, ...fields } });
    for (let time = 0; time < 2; time++)
      await assert.rejects(provisioner.ensure([paid]), (error) => {
        assert(error instanceof WeakTopic);
        return sentence.test(error.message);
      });
  });
}

test('a topic that is stronger is welcome', () => {
  const found = { ...strong, replicationFactor: 5, minInsyncReplicas: 3, retentionMs: 40 * DAY_MS };
  assert.equal(describeWeakness(paid, found, topicDefaults), undefined);
});

test('another process may make a topic first; any other trouble is told', async () => {
  const because = (type: string) => ({ errors: [{ type, topic: 'order.paid.v1' }] });
  await cluster({}, because('TOPIC_ALREADY_EXISTS')).provisioner.ensure([paid]);
  await assert.rejects(
    cluster({}, because('INVALID_REPLICATION_FACTOR')).provisioner.ensure([paid]),
    /Kafka did not make the topic order\.paid\.v1: INVALID_REPLICATION_FACTOR\. .* set KAFKA_REPLICATION_FACTOR/,
  );
});

test('waits for brokers that do not know a new topic yet, but not for ever', async () => {
  const late = cluster({}, undefined, 3);
  const ensured = late.provisioner.ensure([paid]);
  await late.clock.advance(0);
  await late.clock.advance(300);
  await ensured;
  const never = cluster({}, undefined, Number.POSITIVE_INFINITY);
  const refused = assert.rejects(never.provisioner.ensure([paid]));
  await never.clock.advance(0);
  await never.clock.advance(10_000);
  await refused;
});

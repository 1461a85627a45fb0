import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { topicDefaults } from './kafka-settings.ts';
import {
  type AdminConnection,
  createTopicProvisioner,
  describeWeakness,
  type TopicStrength,
  WeakTopic,
} from './topic-provisioner.ts';

const strong: TopicStrength = { replicationFactor: 3, minInsyncReplicas: 2, allowsUncleanElection: false };
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
      const read = (name: string) => [
        { configName: 'min.insync.replicas', configValue: String(topics.get(name)?.minInsyncReplicas) },
        {
          configName: 'unclean.leader.election.enable',
          configValue: String(topics.get(name)?.allowsUncleanElection),
        },
      ];
      return { resources: resources.map(({ name }) => ({ resourceName: name, configEntries: read(name) })) };
    },
  } as unknown as AdminConnection;
  const provisioner = createTopicProvisioner({ open: () => admin, settings: topicDefaults, clock });
  return { provisioner, created, clock, looks: () => looks };
}

test('a missing topic is made with three copies, two of them in sync, and clean elections only', async () => {
  const { provisioner, created } = cluster({});
  await provisioner.ensure([{ name: 'order.paid.v1', config: { 'retention.ms': '5' } }]);
  assert.deepEqual(created, [
    {
      topic: 'order.paid.v1',
      numPartitions: 6,
      replicationFactor: 3,
      configEntries: [
        { name: 'min.insync.replicas', value: '2' },
        { name: 'unclean.leader.election.enable', value: 'false' },
        { name: 'retention.ms', value: '5' },
      ],
    },
  ]);
});

test('a topic that is good is looked at once', async () => {
  const { provisioner, created, looks } = cluster({ 'order.paid.v1': strong });
  const ensure = () => provisioner.ensure([{ name: 'order.paid.v1' }]);
  await Promise.all([ensure(), ensure()]);
  await ensure();
  assert.deepEqual([created.length, looks()], [0, 1]);
});

const weaker: readonly [Partial<TopicStrength>, RegExp][] = [
  [{ replicationFactor: 2 }, /has 2 copies of each partition, not 3\. Add replicas/],
  [{ minInsyncReplicas: 1 }, /acknowledges with 1 copies in sync, not 2\. Raise its min\.insync\.replicas\./],
  [{ allowsUncleanElection: true }, /allows a leader that lacks events\. Set its unclean/],
];
for (const [fields, sentence] of weaker) {
  test(`a topic with ${JSON.stringify(fields)} is refused, each time`, async () => {
    const { provisioner } = cluster({ 'order.paid.v1': { ...strong, ...fields } });
    for (let time = 0; time < 2; time++)
      await assert.rejects(provisioner.ensure([{ name: 'order.paid.v1' }]), (error) => {
        assert(error instanceof WeakTopic);
        return sentence.test(error.message);
      });
  });
}

test('a topic that is stronger is welcome', () => {
  const found = { replicationFactor: 5, minInsyncReplicas: 3, allowsUncleanElection: false };
  assert.equal(describeWeakness('t', found, topicDefaults), undefined);
});

test('another process may make a topic first; any other trouble is told', async () => {
  const because = (type: string) => ({ errors: [{ type, topic: 'order.paid.v1' }] });
  await cluster({}, because('TOPIC_ALREADY_EXISTS')).provisioner.ensure([{ name: 'order.paid.v1' }]);
  await assert.rejects(
    cluster({}, because('INVALID_REPLICATION_FACTOR')).provisioner.ensure([{ name: 'order.paid.v1' }]),
    /Kafka did not make the topic order\.paid\.v1: INVALID_REPLICATION_FACTOR\./,
  );
});

test('waits for brokers that do not know a new topic yet, but not for ever', async () => {
  const late = cluster({}, undefined, 3);
  const ensured = late.provisioner.ensure([{ name: 'order.paid.v1' }]);
  await late.clock.advance(0);
  await late.clock.advance(300);
  await ensured;
  const never = cluster({}, undefined, Number.POSITIVE_INFINITY);
  const refused = assert.rejects(never.provisioner.ensure([{ name: 'order.paid.v1' }]));
  await never.clock.advance(0);
  await never.clock.advance(10_000);
  await refused;
});

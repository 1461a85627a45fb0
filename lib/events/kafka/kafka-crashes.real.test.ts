import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { DemoRandom } from '../../demo/demo-random.ts';
import { type Database, openDatabase } from '../../engines/database.ts';
import { realKafkaBrokers, startRealKafka, uniquePrefix } from '../../testing/real-kafka.ts';
import { createRealPostgres } from '../../testing/real-postgres.ts';
import type { EventBus } from '../event-bus.ts';
import { inboxTableSql } from '../inbox.ts';
import {
  type ConsumerProcessOptions,
  PROBE_CONSUMER,
  PROBE_SCHEMA,
  probeTables,
} from './testing/consumer-process.ts';
import { busForTests, probeEvent, probeTopic, settingsForTests } from './testing/kafka-test-bed.ts';
import { readTopic } from './testing/read-topic.ts';

// Consumers are processes that die by SIGKILL, or leave in good order, at moments that the seed chooses:
//   KAFKA_SEED=7 npm run test:real -- kafka-crashes
const runSeed = Number(process.env['KAFKA_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const WAIT_MS = 120_000;
const CHUNK = 1_000;
process.stdout.write(`KAFKA_SEED=${runSeed}\n`);

interface Fleet {
  readonly deaths: number;
  readonly leaves: number;
  start(diesAfter: number): void;
  /** Asks the oldest one to leave its group. */
  leave(): void;
  stop(): Promise<void>;
}

type FleetOptions = Omit<ConsumerProcessOptions, 'diesAfter'>;

/** Consumers in processes of their own. Who dies has a successor at once, which dies too while `lives` says so. */
function startFleet(t: TestContext, options: FleetOptions, nextLife: () => number): Fleet {
  const children = new Set<ChildProcess>();
  let [deaths, leaves, isStopped] = [0, 0, false];
  function start(diesAfter: number) {
    const file = join(import.meta.dirname, 'testing', 'consumer-process.ts');
    const args = [file, JSON.stringify({ ...options, diesAfter })];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.add(child);
    child.once('exit', (_, signal) => {
      children.delete(child);
      if (signal !== 'SIGKILL' || isStopped) return;
      deaths++;
      start(nextLife());
    });
  }
  const stop = async () => {
    isStopped = true;
    await Promise.all(
      [...children].map(async (child) => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }),
    );
  };
  t.after(stop);
  return {
    get deaths() {
      return deaths;
    },
    get leaves() {
      return leaves;
    },
    start,
    leave() {
      const [oldest] = children;
      if (!oldest?.connected) return;
      leaves++;
      oldest.send('leave');
    },
    stop,
  };
}

async function openProbe(t: TestContext): Promise<{ database: Database; databaseUrl: string }> {
  const postgres = await createRealPostgres();
  t.after(() => postgres.drop());
  const engine = { schema: PROBE_SCHEMA, entities: [], migrations: [], url: postgres.url };
  const database = await openDatabase({ ...engine, statementTimeoutMs: 20_000 });
  t.after(() => database.close());
  for (const sql of [...inboxTableSql(PROBE_SCHEMA), ...probeTables]) await database.query(sql);
  return { database, databaseUrl: postgres.url };
}

/** Sends `total` events, before any consumer is there. */
async function produce(bus: EventBus, total: number): Promise<Set<string>> {
  const sent = new Set<string>();
  for (let from = 0; from < total; from += CHUNK) {
    const size = Math.min(CHUNK, total - from);
    const events = Array.from({ length: size }, (_, index) => probeEvent(`a${(from + index) % 977}`));
    const outcomes = await bus.send(events);
    for (const [index, { kind }] of outcomes.entries()) {
      assert.equal(kind, 'sent', `seed ${runSeed}`);
      sent.add(events[index]?.id ?? '');
    }
  }
  return sent;
}

async function countEffects(database: Database) {
  const [row] = await database.query<{ all: string; distinct: string; again: string }>(
    `select count(*) as all, count(distinct event_id) as distinct,
       (select coalesce(sum(events), 0) from probe.seen_again) as again from probe.effect`,
  );
  return { all: Number(row?.all), distinct: Number(row?.distinct), again: Number(row?.again) };
}

/** Looks until `isDone`, or nothing changes any more. */
async function watch(
  database: Database,
  isDone: (effects: number) => boolean,
  quietMs = WAIT_MS,
): Promise<void> {
  let [last, lastMs] = [-1, Date.now()];
  for (const deadlineMs = Date.now() + WAIT_MS; Date.now() < deadlineMs; await delay(100)) {
    const [row] = await database.query<{ n: string }>('select count(*) as n from probe.effect');
    const effects = Number(row?.n);
    if (isDone(effects)) return;
    if (effects !== last) [last, lastMs] = [effects, Date.now()];
    else if (Date.now() - lastMs > quietMs) return;
  }
}

interface Run {
  readonly effects: ConsumerProcessOptions['effects'];
  readonly total: number;
  readonly deaths: number;
  /** Effects in the life of a process that dies, at most. */
  readonly maxLife: number;
  readonly leaves: number;
}

async function crashAndRebalance(t: TestContext, run: Run) {
  const random = new DemoRandom(runSeed);
  const { database, databaseUrl } = await openProbe(t);
  const [brokers, prefix] = [realKafkaBrokers(), uniquePrefix()];
  const bus = busForTests(settingsForTests(brokers, prefix));
  t.after(() => bus.stop());
  const sent = await produce(bus, run.total);
  let toDie = run.deaths;
  const nextLife = () => (toDie-- > 0 ? random.between(Math.ceil(run.maxLife / 4), run.maxLife) : 0);
  const fleet = startFleet(t, { brokers, prefix, databaseUrl, effects: run.effects }, nextLife);
  for (let index = 0; index < 3; index++) fleet.start(nextLife());
  for (let leave = 1; leave <= run.leaves; leave++) {
    const mark = (run.total * (leave - 0.5)) / (run.leaves + 1);
    await watch(database, (effects) => effects >= mark);
    fleet.start(nextLife());
    await watch(database, (effects) => effects >= mark + run.total / (3 * (run.leaves + 1)));
    fleet.leave();
  }
  return { sent, fleet, database };
}

test('100,000 events have one effect each, although consumers die between effect and commit, and come and go', async (t) => {
  const run = { effects: 'together', total: 100_000, deaths: 5, maxLife: 12_000, leaves: 2 } as const;
  const { fleet, database } = await crashAndRebalance(t, run);
  await watch(database, (effects) => effects >= run.total);
  await delay(1_000);
  const counts = await countEffects(database);
  process.stdout.write(`${JSON.stringify({ ...counts, deaths: fleet.deaths, leaves: fleet.leaves })}\n`);
  assert.deepEqual([counts.all, counts.distinct], [run.total, run.total], `seed ${runSeed}`);
  assert(counts.again > 0, `nothing came twice: the test proves nothing (seed ${runSeed})`);
  assert(fleet.deaths >= 2, `${fleet.deaths} deaths (seed ${runSeed})`);
  assert.equal(fleet.leaves, run.leaves, `seed ${runSeed}`);
});

test('so it is with a transaction of Inbox.once for each event', async (t) => {
  const run = { effects: 'once', total: 6_000, deaths: 3, maxLife: 1_500, leaves: 0 } as const;
  const { database } = await crashAndRebalance(t, run);
  await watch(database, (effects) => effects >= run.total);
  await delay(1_000);
  const counts = await countEffects(database);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  assert.deepEqual([counts.all, counts.distinct], [run.total, run.total], `seed ${runSeed}`);
  assert(counts.again > 0, `nothing came twice (seed ${runSeed})`);
});

test('control: without the inbox some events have two effects', async (t) => {
  const run = { effects: 'unguarded', total: 10_000, deaths: 3, maxLife: 2_000, leaves: 0 } as const;
  const { database } = await crashAndRebalance(t, run);
  // What dies leaves effects that are done again, so all is done only when nothing more comes.
  await watch(database, () => false, 9_000);
  const counts = await countEffects(database);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  assert.equal(counts.distinct, run.total);
  assert(counts.all > run.total, `${counts.all} effects of ${run.total} events (seed ${runSeed})`);
});

test('control: with the offset committed before the effect some events have none', async (t) => {
  const run = { effects: 'commit first', total: 10_000, deaths: 3, maxLife: 2_000, leaves: 0 } as const;
  const { database } = await crashAndRebalance(t, run);
  await watch(database, () => false, 9_000);
  const counts = await countEffects(database);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  assert(counts.distinct < run.total, `${counts.distinct} of ${run.total} events (seed ${runSeed})`);
});

test('a broker that is killed and comes back loses nothing that it acknowledged', async (t) => {
  const kafka = await startRealKafka();
  t.after(() => kafka.stop());
  const random = new DemoRandom(runSeed);
  const settings = settingsForTests(kafka.brokers, uniquePrefix(), { producer: { sendTimeoutMs: 5_000 } });
  const bus = busForTests(settings);
  t.after(() => bus.stop());
  const seen = new Set<string>();
  await bus.subscribe({
    consumer: PROBE_CONSUMER,
    topic: probeTopic,
    handle: async ({ event }) => void seen.add(event.id),
  });
  const acknowledged = new Set<string>();
  let [unavailable, isDone] = [0, false];
  const sending = (async () => {
    while (!isDone) {
      const events = Array.from({ length: 50 }, (_, index) => probeEvent(`a${index}`));
      for (const [index, { kind }] of (await bus.send(events)).entries()) {
        if (kind === 'sent') acknowledged.add(events[index]?.id ?? '');
        else unavailable++;
      }
    }
  })();
  for (let kill = 0; kill < 2; kill++) {
    const mark = acknowledged.size + random.between(500, 3_000);
    while (acknowledged.size < mark) await delay(10);
    await kafka.kill();
    await delay(random.between(200, 1_500));
    await kafka.restart();
  }
  const mark = acknowledged.size + 1_000;
  while (acknowledged.size < mark) await delay(10);
  isDone = true;
  await sending;
  const lost = () => [...acknowledged].filter((id) => !seen.has(id)).length;
  for (const deadlineMs = Date.now() + 60_000; lost() > 0 && Date.now() < deadlineMs; ) await delay(100);
  process.stdout.write(
    `${JSON.stringify({ acknowledged: acknowledged.size, unavailable, seen: seen.size })}\n`,
  );
  assert.equal(lost(), 0, `seed ${runSeed}`);
  assert(unavailable > 0, 'the broker was never away');
});

test('control: what is sent without waiting for the broker is lost with it', async (t) => {
  const kafka = await startRealKafka();
  t.after(() => kafka.stop());
  const client = new Kafka({
    brokers: [...kafka.brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const topic = `${uniquePrefix()}${probeTopic.name}`;
  const [admin, producer] = [client.admin(), client.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  let acknowledged = 0;
  let isAlive = true;
  const sending = (async () => {
    while (isAlive) {
      const messages = Array.from({ length: 50 }, () => ({ value: Buffer.alloc(2_000) }));
      const isSent = await producer.send({ topic, messages, acks: 0 }).then(
        () => true,
        () => false,
      );
      if (!isSent) return;
      acknowledged += messages.length;
      await delay(0);
    }
  })();
  while (acknowledged < 1_000) await delay(5);
  await kafka.kill();
  isAlive = false;
  await sending;
  await Promise.all([admin.disconnect(), producer.disconnect()].map((end) => end.catch(() => {})));
  await kafka.restart();
  const lying = (await readTopic(kafka.brokers, topic)).length;
  process.stdout.write(`${JSON.stringify({ acknowledged, lying })}\n`);
  assert(lying < acknowledged, `${acknowledged} sent, ${lying} there`);
});

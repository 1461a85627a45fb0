import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { createOutboxRelay } from '@tiffin/lib/events/outbox-relay';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import {
  createEventTables,
  type EventTables,
  thingMade,
  thingsSchema,
  thingTopic,
} from '@tiffin/lib/testing/event-bed';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { readRedriveArguments } from './redrive-arguments.ts';
import { redriveOutbox } from './redrive-outbox.ts';

const DAY_MS = 86_400_000;

let postgres: RealPostgres;
let bed: TestDatabase;
let clock: VirtualClock;
let tables: EventTables;
before(async () => {
  postgres = await createRealPostgres();
  bed = await openTestDatabase(thingsSchema, postgres);
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});
beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2030, 0, 1));
  tables = createEventTables(bed.database, clock);
  await tables.clear();
});

/** Writes an event of each topic, which become dead letters on the spot. */
async function bury(topics: readonly { name: string }[], reason = 'no oven'): Promise<string[]> {
  const payload = { name: 'secret recipe' };
  const ids = await tables.add(
    topics.map(({ name }) => ({ topic: thingTopic(name), aggregateId: '1', aggregateVersion: 1, payload })),
  );
  await sendWith({ kind: 'refused', reason, isFinal: true });
  return ids;
}

const sendWith = (outcome: { kind: 'sent' } | { kind: 'refused'; reason: string; isFinal: true }) => {
  const bus = { send: async (events: readonly unknown[]) => events.map(() => outcome) };
  const options = { database: bed.database, bus, clock, logger: silentLogger, metrics: createMetrics() };
  return createOutboxRelay(options).round();
};

function redrive(line: string, service = 'things') {
  const args = readRedriveArguments(['--outbox', service, ...line.split(' ').filter((word) => word !== '')]);
  assert.ok(args.from === 'outbox');
  const databaseUrlOf = () => ({ url: postgres.url, variable: 'DATABASE_URL' });
  return redriveOutbox(args, { services: ['things', 'bakery'], databaseUrlOf, clock });
}

const states = async () => {
  const rows = await bed.database.query<{ event_id: string; state: string }>(
    'select event_id, state from things.outbox order by id',
  );
  return Object.fromEntries(rows.map(({ event_id, state }) => [event_id, state]));
};

test('dead letters are listed by time, topic, id and reason, a line each, without what they carry', async () => {
  const [id = ''] = await bury([thingMade], 'no\u001b[2J\noven');
  const lines = (await redrive('--list')).split('\n');
  assert.deepEqual(lines, [
    '1 dead letters of things, oldest first:',
    `2030-01-01T00:00:00.000Z  thing.made.v1  ${id}  no [2J oven`,
  ]);
  assert.deepEqual(await states(), { [id]: 'dead' });
});

test('dead letters are sent again by topic, by id and up to a limit', async () => {
  const lost = { name: 'thing.lost.v1' };
  const [a = '', b = '', c = '', d = ''] = await bury([thingMade, thingMade, lost, thingMade]);
  assert.match(await redrive('--topic thing.lost.v1'), /^1 dead letters of things are sent again\./);
  assert.match(await redrive(`--event ${b} --event nobody`), /^1 dead/);
  assert.deepEqual(await states(), { [a]: 'dead', [b]: 'pending', [c]: 'pending', [d]: 'dead' });
  assert.match(await redrive('--limit 1'), /^1 dead/);
  assert.deepEqual(await states(), { [a]: 'pending', [b]: 'pending', [c]: 'pending', [d]: 'dead' });
  assert.equal((await sendWith({ kind: 'sent' })).sent, 3);
  assert.deepEqual(await states(), { [d]: 'dead' });
});

test('an event of more than 30 days ago is not sent again, and is discarded when told to', async () => {
  const [old = ''] = await bury([thingMade]);
  await clock.advance(DAY_MS);
  const [young = ''] = await bury([thingMade]);
  await clock.advance(29 * DAY_MS);
  // It dies once more, which makes it no younger.
  await redrive(`--event ${old}`);
  await sendWith({ kind: 'refused', reason: 'no oven', isFinal: true });
  await clock.advance(DAY_MS - 1);
  assert.match(
    await redrive(''),
    /^1 dead letters of things are sent again\. Those whose event is more than 30 days old/,
  );
  assert.deepEqual(await states(), { [old]: 'dead', [young]: 'pending' });
  assert.equal(await redrive('--discard --topic thing.made.v1'), '1 dead letters of things are deleted.');
  assert.deepEqual(await states(), { [young]: 'pending' });
});

test('a database without the outbox is refused with a sentence, and stays as it is', async () => {
  await assert.rejects(redrive('', 'bakery'), {
    name: 'RedriveRefused',
    message: 'The PostgreSQL of DATABASE_URL holds no outbox of bakery.',
  });
  const schemas = await bed.database.query("select 1 from pg_namespace where nspname = 'bakery'");
  assert.equal(schemas.length, 0);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import { testCall } from '../rpc/test-call.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createParticipant, type Participant } from './participant.ts';
import { tccSchema } from './testing/tcc-schema.ts';

let postgres: RealPostgres;
let bed: TestDatabase;
let participant: Participant;
before(async () => {
  postgres = await createRealPostgres();
  bed = await openTestDatabase(tccSchema, postgres);
  participant = createParticipant({ database: bed.database, clock: systemClock, branch: 'stock' });
  await bed.database.query("insert into tcc.effect (transaction_id, step) values (0, 'hot')");
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

const call = () => testCall({ deadlineMs: systemClock.now() + 2_000 }).context;
const work = async (em: Parameters<Parameters<Participant['try']>[2]>[0]) => {
  await em.execute("update tcc.effect set step = 'hot' where transaction_id = 0");
};

/** Another session has the row that all want, for twice as long as a statement may take. */
async function whileRowIsHeld<Result>(then: () => Promise<Result>): Promise<Result> {
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const holding = bed.database.transaction(async (em) => {
    await em.execute('set local statement_timeout = 0');
    await em.execute("update tcc.effect set step = 'hot' where transaction_id = 0");
    resolve();
    await em.execute('select pg_sleep(0.6)');
  });
  await held;
  try {
    return await then();
  } finally {
    await holding;
  }
}

test('a confirm and a cancel wait for a row that many want as long as their caller does', async () => {
  for (const id of ['1', '2']) await participant.try(id, call(), async () => {});
  await whileRowIsHeld(() => participant.confirm('1', call(), work));
  await whileRowIsHeld(() => participant.cancel('2', call(), work));
  assert.deepEqual(await participant.states(['1', '2']), ['CONFIRMED', 'CANCELLED']);
});

test('a try gives way: nothing is decided, and its buyer may try again', async () => {
  await assert.rejects(
    whileRowIsHeld(() => participant.try('3', call(), work)),
    /statement timeout/,
  );
  assert.deepEqual(await participant.states(['3']), [undefined]);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { AppError } from '@tiffin/lib/errors/app-error';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import {
  type AccountTestBed,
  accountSchema,
  callByService,
  centsOf,
  createAccountTestBed,
  eur,
  registeredWith,
} from './account-test-bed.ts';
import { auditWallets } from './domain/audit-wallets.ts';

// The embedded database is one session, where statements never compete. Here they do.

let server: RealPostgres;
let bed: AccountTestBed;
/** Its connections are its own, so that it need not queue behind the traffic. */
let auditor: Database;
before(async () => {
  server = await createRealPostgres();
  // Waiting for a row's lock counts as the statement's time, and waiting for a connection as the connection's.
  const patience = { poolSize: 20, statementTimeoutMs: 10_000, connectTimeoutMs: 30_000 };
  bed = await createAccountTestBed({ url: server.url, ...patience });
  auditor = await openDatabase({ ...accountSchema, url: server.url, poolSize: 1 });
});
after(async () => {
  await auditor?.close();
  await bed?.stop();
  await server?.drop();
});

const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => String(first + index));
const hold = (orderId: string, userId: string, cents: number) =>
  bed.funds.holdFunds({ orderId, userId, amount: eur(cents) }, callByService);
const capture = (orderId: string) => bed.funds.captureFunds({ orderId }, callByService);
const release = (orderId: string) => bed.funds.releaseFunds({ orderId }, callByService);

test('of 50 orders that race for a wallet that covers 10 of them, 10 hold, and the others learn what is left', async () => {
  const { user } = await registeredWith(bed, 1_050);
  const outcomes = await Promise.allSettled(idsFrom(1, 50).map((orderId) => hold(orderId, user.id, 100)));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') failsWith('INSUFFICIENT_FUNDS', { balance: eur(50) })(outcome.reason);
  }
  assert.deepEqual(await centsOf(bed, user.id), { available: 50, held: 1_000 });
  assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
});

test('a hold and a release of the same order at once leave nothing held, whichever comes first', async () => {
  const { user } = await registeredWith(bed, 30_000);
  await Promise.all(
    idsFrom(1_000, 100).flatMap((orderId) => {
      const late = () => hold(orderId, user.id, 100).catch(failsWith('TRANSACTION_ENDED'));
      return [late(), release(orderId), late()];
    }),
  );
  assert.deepEqual(await centsOf(bed, user.id), { available: 30_000, held: 0 });
  assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
});

test('a capture and a release of the same order at once: one of them happens', async () => {
  const { user } = await registeredWith(bed, 30_000);
  const orderIds = idsFrom(2_000, 100);
  for (const orderId of orderIds) await hold(orderId, user.id, 100);
  const outcomes = await Promise.allSettled(orderIds.flatMap((id) => [capture(id), release(id)]));
  for (const [index, orderId] of orderIds.entries()) {
    const pair = outcomes.slice(2 * index, 2 * index + 2);
    assert.equal(pair.filter(({ status }) => status === 'fulfilled').length, 1, orderId);
    for (const one of pair) if (one.status === 'rejected') failsWith('TRANSACTION_ENDED')(one.reason);
  }
  assert.equal((await centsOf(bed, user.id)).held, 0);
  assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
});

test('who asks a wallet for more than it has does not wait for the lock on it', async () => {
  const { user } = await registeredWith(bed, 100);
  let waiting: Promise<unknown> | undefined;
  const { database } = bed.deps;
  await database.transaction(async (em) => {
    await em.execute('select from account.wallet_balance where user_id = ? for no key update', [user.id]);
    await assert.rejects(hold('3000', user.id, 101), failsWith('INSUFFICIENT_FUNDS'));
    // One that the wallet covers does wait: the lock is real.
    waiting = hold('3001', user.id, 100);
    while ((await locksAwaited()) === 0) await database.ping();
  });
  await waiting;
});

test('first top-ups of one currency at once all count', async () => {
  const { user, call } = await registeredWith(bed, 100);
  const topUp = { amount: { amountCents: 5, currency: 'USD' }, paymentToken: 'sandbox-ok' };
  await Promise.all(idsFrom(1, 20).map(() => bed.wallets.topUpWallet({ ...freshKey, ...topUp }, call)));
  const { wallets } = await bed.wallets.batchGetWallets({ userIds: [user.id] }, call);
  assert.equal(wallets[0]?.wallet?.balances[1]?.available?.amountCents, 100);
});

test('top-ups, holds, captures and releases at once: no deadlock, no cent lost, and no false finding of the audit', async () => {
  const users = [];
  for (let n = 0; n < 4; n++) users.push(await registeredWith(bed, 2_000));
  const [first, ...others] = users;
  assert.ok(first);
  const random = new DemoRandom(7);
  let toppedUp = 0;
  const steps = Array.from({ length: 600 }, (_, index) => {
    const orderId = String(5_000 + Math.floor(index / 3));
    const { user, call } = random.pick([first, ...others]);
    switch (random.between(0, 5)) {
      case 0:
        return release(orderId);
      case 1:
        return capture(orderId);
      case 2:
        toppedUp += 10;
        return bed.wallets.topUpWallet({ ...freshKey, amount: eur(10), paymentToken: 'sandbox-ok' }, call);
      default:
        return hold(orderId, user.id, random.between(1, 200));
    }
  });
  let isOver = false;
  const traffic = Promise.allSettled(steps).finally(() => {
    isOver = true;
  });
  let audits = 0;
  for (; !isOver; audits++) assert.deepEqual(await allFindings(auditWallets({ database: auditor })), []);
  assert.ok(audits >= 3, `Only ${audits} audits ran beside the traffic.`);
  for (const outcome of await traffic) {
    if (outcome.status === 'fulfilled') continue;
    const { reason } = outcome;
    const isExpected = AppError.is(reason, 'INSUFFICIENT_FUNDS') || AppError.is(reason, 'TRANSACTION_ENDED');
    assert.ok(isExpected, String(reason));
  }
  const userIds = users.map(({ user }) => user.id);
  const [captured] = await bed.deps.database.query<{ cents: string }>(
    `select coalesce(sum(amount_cents), 0) as cents from account.ledger_transfer as transfer
     join account.ledger_entry as entry on entry.transfer_id = transfer.id and account = 'ORDER_REVENUE'
     where user_id = any(?::bigint[])`,
    [`{${userIds.join(',')}}`],
  );
  const left = await Promise.all(userIds.map((userId) => centsOf(bed, userId)));
  const sum = left.reduce((total, { available, held }) => total + available + held, 0);
  assert.equal(sum + Number(captured?.cents), 4 * 2_000 + toppedUp);
  assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
});

async function locksAwaited(): Promise<number> {
  const waiting = await bed.deps.database.query(
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  return waiting.length;
}

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { callBy } from '@tiffin/lib/testing/call-by';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { type AccountTestBed, callByService, createAccountTestBed, registered } from '../account-test-bed.ts';
import { auditWallets } from '../domain/audit-wallets.ts';
import { createScryptHasher } from '../domain/password-hash.ts';
import {
  demoAccounts,
  demoAddresses,
  demoMoney,
  demoPassword,
  demoUsers,
  insertDemoData,
} from './demo-data.ts';

test('demo data are the same on every machine', () => {
  assert.deepEqual(demoUsers('hash'), demoUsers('hash'));
  assert.deepEqual(demoAddresses(), demoAddresses());
  assert.deepEqual(demoMoney(), demoMoney());
  const [, { displayName, createdAt } = assert.fail()] = demoUsers('hash');
  assert.deepEqual([displayName, createdAt.toISOString()], ['Nadia Otto', '2024-10-26T05:51:00.000Z']);
});

test('every user has one or two addresses, the demo customer three', () => {
  const perUser = [...Map.groupBy(demoAddresses(), ({ userId }) => userId).values()];
  assert.equal(perUser.length, 2_000);
  const counts = perUser.map(({ length }) => length);
  assert.deepEqual([counts[0], ...new Set(counts.slice(1).toSorted())], [3, 1, 2]);
});

suite('demo data', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  const insert = async () => {
    const passwordHash = await createScryptHasher({ n: 2, r: 1, p: 1 }).hash(demoPassword);
    return insertDemoData(bed.deps.database, passwordHash);
  };

  test('fill empty tables once', async () => {
    assert.equal(await insert(), true);
    assert.equal(await insert(), false);
    const [{ n } = { n: '' }] = await bed.deps.database.query<{ n: string }>(
      'select count(*) as n from account."user"',
    );
    assert.equal(n, '2000');
  });

  test('hold three accounts to log in with, one for each role, with the ids that other services know', async () => {
    for (const [index, { email, password, role }] of demoAccounts.entries()) {
      const { session } = await bed.api.login({ email, password }, callBy());
      assert.equal(session?.user?.id, String(demoId('user', index + 1)));
      assert.ok(session.user.roles.includes(Role[role]), `${email} ${session.user.roles}`);
    }
  });

  test('give the demo customer three addresses', async () => {
    const pages = [{ parentId: String(demoId('user', 1)), first: 10, after: undefined }];
    const answer = await bed.api.batchListAddresses({ pages }, callByService);
    assert.equal(answer.pages[0]?.edges.length, 3);
  });

  test('give the demo customer 50 EUR and some others money too, booked as top-ups', async () => {
    const userId = String(demoId('user', 1));
    const { wallets } = await bed.wallets.batchGetWallets({ userIds: [userId] }, callByService);
    const money = (amountCents: number) => ({ amountCents, currency: 'EUR' });
    assert.deepEqual(wallets[0]?.wallet, { userId, balances: [{ available: money(5_000), held: money(0) }] });
    const pages = [{ parentId: userId, first: 10, after: undefined }];
    const { edges = [] } =
      (await bed.wallets.batchListWalletEntries({ pages }, callByService)).pages[0] ?? {};
    assert.deepEqual(
      edges.map(({ entry }) => [entry?.kind, entry?.amount]),
      [
        ['WALLET_ENTRY_KIND_TOPPED_UP', money(3_000)],
        ['WALLET_ENTRY_KIND_TOPPED_UP', money(2_000)],
      ],
    );
    const [older, newer] = [edges[1]?.entry?.at, edges[0]?.entry?.at];
    assert.ok(older && newer && older < newer);
    const usersWithMoney = new Set(demoMoney().map((topUp) => topUp.userId)).size;
    assert.ok(usersWithMoney > 100 && usersWithMoney < 300, String(usersWithMoney));
    assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
  });

  test('make merchants of the users who own the demo shops', async () => {
    const ids = [2, 4, 5, 41, 42].map((n) => String(demoId('user', n)));
    const { users } = await bed.api.batchGetUsers({ ids }, callByService);
    for (const { user } of users) assert.ok(user?.roles.includes(Role.MERCHANT), user?.email);
  });

  test('leave tables alone that hold anybody', async () => {
    await bed.deps.database.query('truncate account."user" cascade');
    await registered(bed);
    assert.equal(await insert(), false);
  });
});

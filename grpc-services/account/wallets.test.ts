import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey, newKey } from '@tiffin/lib/testing/fresh-key';
import type { BatchListWalletEntriesResponse } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  createAccountTestBed,
  eur,
  registered,
} from './account-test-bed.ts';
import { auditWallets } from './domain/audit-wallets.ts';
import { maxBalanceCents } from './domain/wallet.ts';

const paymentToken = 'sandbox-ok';

suite('wallets', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  const topUp = async (call: CallContext, amount = eur(1_000), idempotencyKey = newKey()) => {
    const { wallet } = await bed.wallets.topUpWallet({ idempotencyKey, amount, paymentToken }, call);
    if (!wallet) throw new Error('topUpWallet answered without a wallet');
    return wallet;
  };
  const walletsOf = async (call: CallContext, ...userIds: string[]) => {
    const { wallets } = await bed.wallets.batchGetWallets({ userIds }, call);
    return wallets.map(({ wallet }) => wallet);
  };
  const page = (parentId: string, first: number, after?: string) => ({ parentId, first, after });
  const centsOf = (answer: BatchListWalletEntriesResponse) =>
    answer.pages.map(({ edges }) => edges.map(({ entry }) => entry?.amount?.amountCents));

  test('have no balance before the first top-up, and then one for each currency', async () => {
    const { user, call } = await registered(bed);
    assert.deepEqual(await walletsOf(call, user.id), [{ userId: user.id, balances: [] }]);
    await topUp(call, { amountCents: 700, currency: 'USD' });
    await topUp(call, eur(1_000));
    const wallet = await topUp(call, eur(250));
    const usd = (amountCents: number) => ({ amountCents, currency: 'USD' });
    const balances = [
      { available: eur(1_250), held: eur(0) },
      { available: usd(700), held: usd(0) },
    ];
    assert.deepEqual(wallet, { userId: user.id, balances });
    assert.deepEqual(await walletsOf(call, user.id), [wallet]);
  });

  test('are topped up once under one key, also by twins', async () => {
    const { user, call } = await registered(bed);
    const key = newKey();
    const answers = await Promise.all([1, 2, 3].map(() => topUp(call, eur(400), key)));
    for (const answer of [...answers, await topUp(call, eur(400), key)]) assert.deepEqual(answer, answers[0]);
    assert.deepEqual((await walletsOf(call, user.id))[0]?.balances, [{ available: eur(400), held: eur(0) }]);
    const { pages } = await bed.wallets.batchListWalletEntries({ pages: [page(user.id, 5)] }, call);
    assert.equal(pages[0]?.edges.length, 1);
  });

  test('stay as they are when the sandbox declines', async () => {
    const { user, call } = await registered(bed);
    const declined = { ...freshKey, amount: eur(100), paymentToken: 'sandbox-declined' };
    await assert.rejects(bed.wallets.topUpWallet(declined, call), failsWith('TOP_UP_DECLINED', {}));
    assert.deepEqual(await walletsOf(call, user.id), [{ userId: user.id, balances: [] }]);
  });

  test('hold at most the limit, of which what orders hold is a part', async () => {
    const { user, call } = await registered(bed);
    const isFull = failsWith('WALLET_LIMIT_REACHED', { maxBalance: eur(maxBalanceCents.EUR) });
    await topUp(call, eur(maxBalanceCents.EUR));
    await assert.rejects(topUp(call, eur(1)), isFull);
    await assert.rejects(topUp(call, eur(maxBalanceCents.EUR)), isFull);
    const hold = { orderId: '71', userId: user.id, amount: eur(600_000) };
    await bed.funds.holdFunds(hold, callByService);
    await assert.rejects(topUp(call, eur(1)), isFull);
    // So what comes back always finds its place.
    await bed.funds.releaseFunds({ orderId: '71' }, callByService);
    await topUp(call, { amountCents: 1, currency: 'CHF' });
    assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
  });

  test('let top-ups that come at once pass up to the limit only', async () => {
    const { user, call } = await registered(bed);
    const part = eur(maxBalanceCents.EUR / 4);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => topUp(call, part)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 4);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') failsWith('WALLET_LIMIT_REACHED')(outcome.reason);
    const [wallet] = await walletsOf(call, user.id);
    assert.deepEqual(wallet?.balances[0]?.available, eur(maxBalanceCents.EUR));
  });

  test('tell what moved, newest first, several pages in one statement', async () => {
    const [one, two] = [await registered(bed), await registered(bed)];
    for (const cents of [100, 200, 300]) await topUp(one.call, eur(cents));
    await topUp(two.call, eur(900));
    const first = await bed.wallets.batchListWalletEntries({ pages: [page(one.user.id, 2)] }, one.call);
    const after = first.pages[0]?.edges.at(-1)?.cursor;
    const statementsBefore = bed.statements.length;
    const answer = await bed.wallets.batchListWalletEntries(
      {
        pages: [
          page(one.user.id, 2),
          page(two.user.id, 5),
          page(one.user.id, 2, after),
          page('not-an-id', 5),
          page('4', 5),
          page(one.user.id, 3),
        ],
      },
      callByService,
    );
    assert.equal(bed.statements.length - statementsBefore, 1);
    assert.deepEqual(centsOf(answer), [[300, 200], [900], [100], [], [], [300, 200, 100]]);
    assert.deepEqual(
      answer.pages.map(({ hasNextPage }) => hasNextPage),
      [true, false, false, false, false, false],
    );
  });

  test('tell of an order that it held, captured or released money', async () => {
    const { user, call } = await registered(bed);
    await topUp(call, eur(1_000));
    const hold = async (orderId: string, cents: number) =>
      bed.funds.holdFunds({ orderId, userId: user.id, amount: eur(cents) }, callByService);
    await hold('81', 300);
    await hold('82', 200);
    await bed.funds.captureFunds({ orderId: '81' }, callByService);
    await bed.funds.releaseFunds({ orderId: '82' }, callByService);
    const { pages } = await bed.wallets.batchListWalletEntries({ pages: [page(user.id, 10)] }, call);
    const entries = pages[0]?.edges.map(({ entry }) => entry) ?? [];
    assert.deepEqual(
      entries.map((entry) => [entry?.kind, entry?.amount, entry?.orderId]),
      [
        ['WALLET_ENTRY_KIND_RELEASED', eur(200), '82'],
        ['WALLET_ENTRY_KIND_CAPTURED', eur(300), '81'],
        ['WALLET_ENTRY_KIND_HELD', eur(200), '82'],
        ['WALLET_ENTRY_KIND_HELD', eur(300), '81'],
        ['WALLET_ENTRY_KIND_TOPPED_UP', eur(1_000), undefined],
      ],
    );
    for (const entry of entries) assert.equal(entry?.at?.getTime(), bed.clock.now());
    const [wallet] = await walletsOf(call, user.id);
    assert.deepEqual(wallet?.balances, [{ available: eur(700), held: eur(0) }]);
  });

  test('are shown to their user, administrators and services only, one slot for each id', async () => {
    const [owner, stranger] = [await registered(bed), await registered(bed)];
    const theirs = await topUp(owner.call);
    const own = { userId: stranger.user.id, balances: [] };
    const ids = [theirs.userId, own.userId, 'x', '', theirs.userId];
    assert.deepEqual(await walletsOf(stranger.call, ...ids), [
      undefined,
      own,
      undefined,
      undefined,
      undefined,
    ]);
    for (const call of [callByUser(stranger.user.id, 'ADMIN'), callByService]) {
      const statementsBefore = bed.statements.length;
      assert.deepEqual(await walletsOf(call, ...ids), [theirs, own, undefined, undefined, theirs]);
      assert.equal(bed.statements.length - statementsBefore, 1);
    }
    await assert.rejects(walletsOf(callBy(), theirs.userId), failsWith('UNAUTHENTICATED'));
    const list = (call: CallContext, ...userIds: string[]) =>
      bed.wallets.batchListWalletEntries({ pages: userIds.map((id) => page(id, 5)) }, call);
    await assert.rejects(list(callBy(), theirs.userId), failsWith('UNAUTHENTICATED'));
    await assert.rejects(list(stranger.call, own.userId, theirs.userId), failsWith('FORBIDDEN'));
    for (const call of [owner.call, callByUser(own.userId, 'ADMIN'), callByService])
      assert.equal((await list(call, theirs.userId)).pages[0]?.edges.length, 1);
  });

  test('belong to somebody: not to nobody, a service or an account that is gone', async () => {
    await assert.rejects(topUp(callBy()), failsWith('UNAUTHENTICATED'));
    await assert.rejects(topUp(callByService), failsWith('FORBIDDEN'));
    // As the SDL says.
    await assert.rejects(topUp(callByUser('7', 'MERCHANT', 'ADMIN')), failsWith('FORBIDDEN'));
    await assert.rejects(topUp(callByUser('7')), failsWith('UNAUTHENTICATED'));
  });

  test('refuse amounts, currencies, tokens, keys, batches and cursors that are broken', async () => {
    const { user, call } = await registered(bed);
    const send = (change: object) =>
      bed.wallets.topUpWallet({ ...freshKey, amount: eur(100), paymentToken, ...change }, call);
    await assert.rejects(send({ amount: undefined }), violates('amount'));
    const expected = 'must be a whole number from 1 to 1000000';
    for (const cents of [0, -1, 1.5, Number.NaN, 1_000_001, Number.MAX_SAFE_INTEGER + 1])
      await assert.rejects(
        send({ amount: eur(cents) }),
        failsWith('INVALID_ARGUMENT', { violations: [{ field: 'amount.amountCents', expected }] }),
      );
    // What was refused left no empty balance behind.
    assert.deepEqual((await walletsOf(call, user.id))[0]?.balances, []);
    for (const currency of ['eur', '', 'EURO', 'XXX'])
      await assert.rejects(send({ amount: { amountCents: 1, currency } }), violates('amount.currency'));
    await assert.rejects(send({ paymentToken: 'card' }), violates('paymentToken'));
    await assert.rejects(send({ idempotencyKey: '' }), violates('idempotencyKey'));
    const tooMany = Array.from({ length: 101 }, () => user.id);
    await assert.rejects(walletsOf(call, ...tooMany), violates('userIds'));
    for (const broken of [page(user.id, 0), page(user.id, 101), page(user.id, 5, 'x')]) {
      const listing = bed.wallets.batchListWalletEntries({ pages: [broken] }, call);
      await assert.rejects(listing, (error) => AppError.is(error, 'INVALID_ARGUMENT'));
    }
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { callOf, type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { KEPT_BACK_MS } from './batch-check-access.ts';
import type { JoinDeps } from './join-deps.ts';

let joins: JoinTestBed;
let isAway = false;
/** Questions to Redis. */
const asked: string[] = [];
before(async () => {
  joins = await openJoinTestBed({
    wrap: (counters) =>
      new Proxy(counters, {
        get: (target, name: keyof typeof counters) => {
          asked.push(name);
          return isAway ? () => Promise.reject(new RedisUnavailable('away')) : target[name];
        },
      }),
  });
});
after(() => joins.stop());
beforeEach(() => {
  isAway = false;
});

const rules = [{ rule: { $case: 'accountAge', value: { minDays: 30 } } } as const];
const letIn = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' } as const;
const keptOut = {
  isAllowed: false,
  failedRule: 'ACCESS_RULE_KIND_ACCOUNT_AGE',
  reason: 'Too young.',
} as const;
const inMs = (ms: number) => new Date(joins.bed.clock.now() + ms);
const verdicts = async (flashSaleIds: string[], call = callOf('11')) =>
  (await joins.api.batchGetEligibility({ flashSaleIds }, call)).eligibility.map(({ verdict }) => verdict);

describe('eligibility', () => {
  it('says of each flash sale how things are, in the order of the ids', async () => {
    const startsAt = inMs(5_000);
    const upcoming = await joins.addSale(1, { startsAt });
    const over = await joins.addSale(1, { endsAt: inMs(0) });
    const gone = await joins.addSale(1);
    await joins.join(gone, '12');
    const mine = await joins.addSale(1);
    const { ticket } = await joins.join(mine, '11');
    const open = await joins.addSale(1);
    const closed = await joins.addSale(1, { rules });
    joins.verdict = keptOut;
    asked.length = 0;
    joins.askedOfMany.length = 0;
    joins.bed.statements.length = 0;
    assert.deepEqual(await verdicts([closed, '999', upcoming, over, gone, 'x', mine, open, open]), [
      { $case: 'accessDenied', value: { rule: 'ACCOUNT_AGE', reason: 'Too young.' } },
      undefined,
      { $case: 'notStarted', value: { startsAt } },
      { $case: 'ended', value: { flashSaleId: over } },
      { $case: 'soldOut', value: { flashSaleId: gone } },
      undefined,
      { $case: 'alreadyJoined', value: { ticketId: ticket?.id } },
      { $case: 'eligible', value: {} },
      { $case: 'eligible', value: {} },
    ]);
    assert.deepEqual(asked, ['count'], 'one round trip to Redis');
    assert.deepEqual(
      joins.askedOfMany.map(({ flashSales }) => flashSales.map(({ flashSaleId }) => flashSaleId)),
      [[closed]],
      'access is asked where it matters',
    );
    assert.ok(joins.bed.statements.length <= 3, String(joins.bed.statements));
  });

  it('costs nothing: whoever looks takes neither a token nor a promise', async () => {
    const saleId = await joins.addSale(1);
    for (let times = 0; times < 20; times++)
      assert.deepEqual(await verdicts([saleId]), [{ $case: 'eligible', value: {} }]);
    assert.ok((await joins.join(saleId, '11')).ticket);
  });

  it('shows a ticket whatever became of the flash sale', async () => {
    const saleId = await joins.addSale(1);
    const { ticket } = await joins.join(saleId, '11');
    await joins.bed.deps.database.query(
      "update activity.flash_sale set ended_at = '2020-01-01' where id = ?",
      [saleId],
    );
    await joins.deps.board.refresh();
    assert.deepEqual(await verdicts([saleId]), [{ $case: 'alreadyJoined', value: { ticketId: ticket?.id } }]);
    assert.equal((await verdicts([saleId], callOf('12')))[0]?.$case, 'ended');
  });

  it('goes by SQL while Redis is away', async () => {
    const saleId = await joins.addSale(1);
    isAway = true;
    assert.deepEqual(await verdicts([saleId]), [{ $case: 'eligible', value: {} }]);
  });

  /** A flash sale of each standing that access has no say in, and one with rules. */
  async function oneOfEach(): Promise<{ readonly ids: string[]; readonly ruled: string }> {
    const mine = await joins.addSale(1);
    await joins.join(mine, '11');
    const upcoming = await joins.addSale(1, { startsAt: inMs(5_000), rules });
    const over = await joins.addSale(1, { endsAt: inMs(0), rules });
    const ruled = await joins.addSale(1, { rules });
    return { ids: [mine, upcoming, over, ruled, await joins.addSale(1)], ruled };
  }
  const kinds = async (ids: string[], call?: CallContext) =>
    (await verdicts(ids, call)).map((verdict) => verdict?.$case);
  const allButRuled = ['alreadyJoined', 'notStarted', 'ended', undefined, 'eligible'];
  /** Access as it is for one test. */
  function withAccess(t: TestContext, batchCheckAccess: JoinDeps['access']['batchCheckAccess']): void {
    const { access } = joins.deps;
    const before = { ...access };
    t.after(() => Object.assign(access, before));
    Object.assign(access, { batchCheckAccess });
  }

  it('asks access once about a hundred flash sales, and never one by one', async () => {
    joins.verdict = letIn;
    const ids = [];
    for (let sale = 0; sale < 100; sale++) ids.push(await joins.bed.addFlashSale({ rules, version: 3 }, 1));
    await joins.deps.board.refresh();
    joins.asked.length = 0;
    joins.askedOfMany.length = 0;
    assert.deepEqual(await verdicts(ids), Array(100).fill({ $case: 'eligible', value: {} }));
    assert.deepEqual([joins.asked, joins.askedOfMany.length], [[], 1]);
    const flashSales = ids.map((flashSaleId) => ({ flashSaleId, version: 3, rules }));
    assert.deepEqual(joins.askedOfMany[0], { userId: '11', addressId: undefined, flashSales });
  });

  it('asks access nothing about whom it kept out of late, in a join or in a look', async () => {
    const [joined, looked] = [await joins.addSale(1, { rules }), await joins.addSale(1, { rules })];
    joins.verdict = keptOut;
    await assert.rejects(joins.join(joined, '12'), failsWith('ACCESS_DENIED'));
    joins.askedOfMany.length = 0;
    for (let times = 0; times < 2; times++)
      assert.deepEqual(await kinds([joined, looked], callOf('12')), ['accessDenied', 'accessDenied']);
    const asked = joins.askedOfMany.map(({ flashSales }) => flashSales.map(({ flashSaleId }) => flashSaleId));
    assert.deepEqual(asked, [[looked]]);
    joins.asked.length = 0;
    await assert.rejects(joins.join(looked, '12'), failsWith('ACCESS_DENIED'));
    assert.deepEqual(joins.asked, []);
  });

  for (const code of ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL'] as const) {
    it(`says of the others how things are while access is ${code}, and nothing of those with rules`, async (t) => {
      joins.verdict = letIn;
      const { ids } = await oneOfEach();
      assert.deepEqual(await kinds(ids), allButRuled.with(3, 'eligible'), 'the control');
      const detail = code === 'UNAVAILABLE' ? { retryAfterMs: 5 } : {};
      withAccess(t, async () => {
        throw new AppError(code, detail as never);
      });
      assert.deepEqual(await kinds(ids), allButRuled);
    });
  }

  it('says nothing of the flash sale alone whose slot access leaves empty', async (t) => {
    joins.verdict = letIn;
    const { ids, ruled } = await oneOfEach();
    const other = await joins.addSale(1, { rules });
    withAccess(t, async ({ flashSales }) => ({
      verdicts: flashSales.map(({ flashSaleId }) => ({ verdict: flashSaleId === ruled ? undefined : letIn })),
    }));
    assert.deepEqual(await kinds([...ids, other]), [...allButRuled, 'eligible']);
  });

  it('gives access less time than it has itself, so that one that hangs costs the others nothing', async (t) => {
    const { ids } = await oneOfEach();
    const deadlines: number[] = [];
    withAccess(t, async (_request, { deadlineMs }) => {
      deadlines.push(deadlineMs);
      throw new AppError('DEADLINE_EXCEEDED', {});
    });
    const deadlineMs = joins.bed.clock.now() + 2_000;
    assert.deepEqual(await kinds(ids, { ...callOf('11'), deadlineMs }), allButRuled);
    assert.deepEqual(deadlines, [deadlineMs - KEPT_BACK_MS]);
  });

  it('is nothing for a user who is gone', async (t) => {
    const { ids } = await oneOfEach();
    withAccess(t, async ({ userId }) => {
      throw new AppError('USER_NOT_FOUND', { userId });
    });
    await assert.rejects(verdicts(ids), failsWith('UNAUTHENTICATED'));
  });

  it('is nobody’s but a user’s, and of 100 flash sales at most', async () => {
    const saleId = await joins.addSale(1);
    for (const identity of [anonymous, ownProcess])
      assert.deepEqual(await verdicts([saleId, '999'], callBy(identity)), [undefined, undefined]);
    assert.deepEqual(await verdicts([]), []);
    await assert.rejects(verdicts(Array(101).fill('1')), violates('flashSaleIds'));
  });
});

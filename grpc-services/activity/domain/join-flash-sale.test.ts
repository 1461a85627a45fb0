import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { joinedKey } from '../data/keys.ts';
import { callOf, type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { AccessDenials, DENIED_MS, MAX_DENIED_ADDRESSES } from './access-denials.ts';
import { PROMISE_STANDS_MS } from './reconcile-counters.ts';

let joins: JoinTestBed;
/** Set: Redis is away for every question of this name. */
const away = new Set<string>();
before(async () => {
  joins = await openJoinTestBed({
    wrap: (counters) =>
      new Proxy(counters, {
        get: (target, name: keyof typeof counters) =>
          away.has(name) ? () => Promise.reject(new RedisUnavailable('away')) : target[name],
      }),
  });
});
after(() => joins.stop());

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'JOINED',
    (error) => (error instanceof AppError ? error.code : String(error)),
  );

/** How often a filter came to an outcome. */
async function filtered(filter: string, outcome: string): Promise<number> {
  const line = new RegExp(`filter_total\\{filter="${filter}",outcome="${outcome}"\\} (\\d+)`);
  return Number(line.exec(await joins.metrics.text())?.[1] ?? 0);
}

describe('joining a flash sale', () => {
  it('gives a ticket that is in the database, with its event', async () => {
    const saleId = await joins.addSale(3);
    const before = await joins.events();
    const { ticket, pollAfterMs } = await joins.join(saleId, '11');
    assert.deepEqual(await joins.tickets(saleId), [{ id: ticket?.id, user_id: '11' }]);
    assert.equal((await joins.events()) - before, 1);
    assert.deepEqual(
      { ...ticket, id: '' },
      {
        id: '',
        flashSaleId: saleId,
        userId: '11',
        status: 'FLASH_SALE_TICKET_STATUS_QUEUED',
        orderId: undefined,
        queuedAt: new Date(joins.bed.clock.now()),
      },
    );
    assert.equal(pollAfterMs, 500 + 2);
  });

  it('answers whoever comes again with the same ticket, also after the last unit', async () => {
    const saleId = await joins.addSale(1);
    const { ticket } = await joins.join(saleId, '11');
    const again = failsWith('ALREADY_JOINED', { ticketId: ticket?.id ?? '' });
    await assert.rejects(joins.join(saleId, '11'), again);
    assert.equal(await codeOf(joins.join(saleId, '12')), 'SOLD_OUT');
    await assert.rejects(joins.join(saleId, '11'), again);
    assert.equal((await joins.tickets(saleId)).length, 1);
  });

  it('turns away in order of cost', async () => {
    const { clock } = joins.bed;
    const [early, late] = [new Date(clock.now() + 1_000), new Date(clock.now())];
    const notYet = await joins.addSale(1, { startsAt: early });
    const over = await joins.addSale(1, { endsAt: late });
    await assert.rejects(joins.join(notYet, '11'), failsWith('NOT_STARTED', { startsAt: early }));
    await assert.rejects(joins.join(over, '11'), failsWith('ENDED', { flashSaleId: over }));
    const saleId = await joins.addSale(1);
    const foreign = await joins.tokenOf(saleId, '12');
    const request = { flashSaleId: saleId, token: foreign, addressId: '7' };
    await assert.rejects(
      joins.api.joinFlashSale(request, callOf('11')),
      failsWith('FLASH_SALE_TOKEN_INVALID', { flashSaleId: saleId }),
    );
    await assert.rejects(
      joins.api.joinFlashSale({ ...request, flashSaleId: '999' }, callOf('11')),
      failsWith('FLASH_SALE_NOT_FOUND', { flashSaleId: '999' }),
    );
    // Two at once for one unit, and one more a second.
    assert.deepEqual(
      [await codeOf(joins.join(saleId, '11')), await codeOf(joins.join(saleId, '12'))],
      ['JOINED', 'SOLD_OUT'],
    );
    away.add('left');
    await clock.advance(100);
    await assert.rejects(joins.join(saleId, '13'), failsWith('RATE_LIMITED', { retryAfterMs: 900 }));
    away.clear();
    assert.equal(await codeOf(joins.join(saleId, '13')), 'SOLD_OUT', 'where waiting is in vain');
  });

  it('asks access where there are rules, and not whoever has joined', async () => {
    const rules = [{ rule: { $case: 'accountAge', value: { minDays: 30 } } } as const];
    const saleId = await joins.addSale(1, { rules, version: 4 });
    joins.asked.length = 0;
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_ACCOUNT_AGE', reason: 'Too young.' };
    await assert.rejects(
      joins.join(saleId, '11'),
      failsWith('ACCESS_DENIED', { rule: 'ACCOUNT_AGE', reason: 'Too young.' }),
    );
    assert.deepEqual(joins.asked, [{ flashSaleId: saleId, version: 4, userId: '11', rules, addressId: '7' }]);
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ACCESS_DENIED', 'for 30 s');
    await joins.bed.clock.advance(DENIED_MS);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'JOINED');
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ALREADY_JOINED');
    assert.equal(joins.asked.length, 2);
  });

  it('is for customers, and names bad input field by field', async () => {
    const request = { flashSaleId: '1', token: 'x', addressId: '7' };
    const join = (change: object, call = callOf('11')) =>
      joins.api.joinFlashSale({ ...request, ...change }, call);
    await assert.rejects(join({}, callBy(anonymous)), failsWith('UNAUTHENTICATED'));
    await assert.rejects(join({}, callBy(ownProcess)), failsWith('FORBIDDEN'));
    await assert.rejects(join({}, callBy(userWith('1', 'MERCHANT'))), failsWith('FORBIDDEN'));
    const bad = { flashSaleId: 'x', token: '', addressId: '0' };
    await assert.rejects(join(bad), violates('flashSaleId', 'token', 'addressId'));
  });

  it('lets nobody join while Redis is away, and says so at once', async () => {
    const saleId = await joins.addSale(5);
    for (const question of ['left', 'promise']) {
      away.add(question);
      await joins.bed.clock.advance(200);
      await assert.rejects(joins.join(saleId, '11'), failsWith('UNAVAILABLE', { retryAfterMs: 200 }));
      away.clear();
    }
    assert.deepEqual(await joins.tickets(saleId), []);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'JOINED');
  });

  it('writes no ticket so late that its promise may have been taken back', async (t) => {
    const saleId = await joins.addSale(2);
    const { clock, deps } = joins.bed;
    const transaction = t.mock.method(deps.database, 'transaction');
    const madeMs = clock.now();
    const { counters } = joins.deps;
    const { promise } = counters;
    // However long the answer takes.
    counters.promise = async (...args) => {
      const reply = await promise(...args);
      await clock.advance(3_000);
      return reply;
    };
    const call = { ...callOf('11'), deadlineMs: madeMs + 60_000 };
    const request = { flashSaleId: saleId, token: await joins.tokenOf(saleId, '11'), addressId: '7' };
    await joins.api.joinFlashSale(request, call);
    counters.promise = promise;
    assert.equal(transaction.mock.calls[0]?.arguments[1]?.deadlineMs, madeMs + 5_000);
    const hasty = { ...callOf('12'), deadlineMs: clock.now() + 300 };
    await joins.api.joinFlashSale({ ...request, token: await joins.tokenOf(saleId, '12') }, hasty);
    assert.equal(transaction.mock.calls[1]?.arguments[1]?.deadlineMs, hasty.deadlineMs);
  });

  it('queues nobody for a flash sale that was ended a moment ago, though this process does not know it yet', async () => {
    const saleId = await joins.addSale(2);
    const admin = callBy(userWith('1', 'ADMIN'));
    await joins.bed.saleAdmin.endFlashSale({ ...freshKey, flashSaleId: saleId }, admin);
    const before = await joins.events();
    await assert.rejects(joins.join(saleId, '11'), failsWith('UNAVAILABLE', { retryAfterMs: 1_000 }));
    assert.deepEqual([await joins.tickets(saleId), (await joins.events()) - before], [[], 0]);
    await joins.deps.board.refresh();
    assert.equal(await codeOf(joins.join(saleId, '12')), 'ENDED');
    // The promise of before, which no ticket comes of.
    assert.equal(await codeOf(joins.join(saleId, '11')), 'UNAVAILABLE');
    await joins.bed.clock.advance(PROMISE_STANDS_MS);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ENDED');
  });

  it('lets those in who may join, however many came before who may not', async () => {
    const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
    const saleId = await joins.addSale(10, { rules });
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_PAST_ORDERS', reason: 'None.' };
    const codes: string[] = [];
    for (let user = 100; user < 130; user++) codes.push(await codeOf(joins.join(saleId, String(user))));
    assert.equal(codes.filter((code) => code === 'ACCESS_DENIED').length, 20);
    assert.equal(codes.filter((code) => code === 'RATE_LIMITED').length, 10);
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    assert.equal(await codeOf(joins.join(saleId, '11')), 'RATE_LIMITED');
    await joins.bed.clock.advance(500);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'JOINED');
  });

  it('goes by the address that the unit goes to', async () => {
    const rules: AccessRule[] = [{ rule: { $case: 'area', value: { areas: ['Mitte'] } } }];
    const saleId = await joins.addSale(10, { rules });
    joins.asked.length = 0;
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_AREA', reason: 'Not there.' };
    for (let times = 0; times < 2; times++)
      assert.equal(await codeOf(joins.join(saleId, '11', '7')), 'ACCESS_DENIED');
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    assert.equal(await codeOf(joins.join(saleId, '11', '8')), 'JOINED');
    assert.deepEqual(
      joins.asked.map(({ addressId }) => addressId),
      ['7', '8'],
    );
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_AREA', reason: 'Not there.' };
    assert.equal(await codeOf(joins.join(saleId, '11', '9')), 'ALREADY_JOINED', 'whatever is named then');
    assert.equal(await codeOf(joins.join(saleId, '12', '9')), 'ACCESS_DENIED');
  });

  /**
   * Fifteen who may not join come to ten units, again and again for half a minute, each time with `rule` against them;
   * then one who may.
   */
  async function besiege(rule: 'PAST_ORDERS' | 'AREA' = 'PAST_ORDERS'): Promise<string> {
    const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
    const saleId = await joins.addSale(10, { rules });
    joins.verdict = { isAllowed: false, failedRule: `ACCESS_RULE_KIND_${rule}`, reason: 'None.' };
    let addressId = 1_000;
    const comeAll = async () => {
      for (let bot = 100; bot < 115; bot++)
        await codeOf(joins.join(saleId, String(bot), String(++addressId)));
    };
    for (let second = 0; second < 29; second++) {
      await comeAll();
      await joins.bed.clock.advance(1_000);
    }
    await comeAll();
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    return codeOf(joins.join(saleId, '11'));
  }

  it('lets those in who may join, however often others come back who may not', async () => {
    joins.asked.length = 0;
    const before = await filtered('denial', 'ACCESS_DENIED');
    assert.equal(await besiege(), 'JOINED');
    assert.equal(joins.asked.length, 15 + 1, 'access is asked about each of them once');
    assert.equal((await filtered('denial', 'ACCESS_DENIED')) - before, 15 * 29);
  });

  it('lets those in who may join, however many addresses others name that will not do', async () => {
    joins.asked.length = 0;
    assert.equal(await besiege('AREA'), 'JOINED');
    assert.equal(joins.asked.length, 15 * MAX_DENIED_ADDRESSES + 1);
  });

  it('the control: where no denial is remembered, there is no turn for those who may join', async (t) => {
    t.mock.method(AccessDenials.prototype, 'find', () => undefined);
    assert.equal(await besiege(), 'RATE_LIMITED');
  });

  /** A flash sale of ten units, one of which is user 11's, at which others took all tokens and nothing else. */
  async function emptyTheBucket(): Promise<{ readonly saleId: string; readonly ticketId: string }> {
    const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
    const saleId = await joins.addSale(10, { rules });
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    const { ticket } = await joins.join(saleId, '11');
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_PAST_ORDERS', reason: 'None.' };
    for (let user = 100; user < 119; user++)
      assert.equal(await codeOf(joins.join(saleId, String(user))), 'ACCESS_DENIED');
    return { saleId, ticketId: ticket?.id ?? '' };
  }

  it('has whoever holds a ticket or a promise wait for nobody, though units are left and others wait', async () => {
    const { saleId, ticketId } = await emptyTheBucket();
    const sale = await joins.bed.getFlashSale(saleId);
    await joins.deps.counters.promise(sale, { userId: '12', ticketId: '900012' });
    joins.asked.length = 0;
    await assert.rejects(joins.join(saleId, '11'), failsWith('ALREADY_JOINED', { ticketId }));
    assert.equal((await joins.join(saleId, '12')).ticket?.id, '900012', 'the answer to the promise was lost');
    assert.equal(await codeOf(joins.join(saleId, '13')), 'RATE_LIMITED');
    assert.deepEqual(joins.asked, []);
    assert.equal((await joins.tickets(saleId)).length, 2);
  });

  it('the control: where nobody can tell who has joined, they are told to wait as all others', async () => {
    const { saleId } = await emptyTheBucket();
    away.add('findJoined');
    assert.equal(await codeOf(joins.join(saleId, '11')), 'RATE_LIMITED');
    away.clear();
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ALREADY_JOINED');
  });

  it('tells whoever is too fast so, where nothing is left and Redis cannot say who has joined', async () => {
    const saleId = await joins.addSale(1);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'JOINED');
    assert.equal(await codeOf(joins.join(saleId, '12')), 'SOLD_OUT');
    const passed = await joins.deps.stock.left(saleId);
    assert.equal(passed, 0);
    away.add('findJoined');
    for (const userId of ['11', '13']) assert.equal(await codeOf(joins.join(saleId, userId)), 'RATE_LIMITED');
    away.clear();
    assert.equal(await codeOf(joins.join(saleId, '13')), 'SOLD_OUT', 'the control');
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ALREADY_JOINED');
  });

  it('asks who has joined for a hundred at a time of those who are too fast, and no SQL', async (t) => {
    const { saleId } = await emptyTheBucket();
    const { counters } = joins.deps;
    const asked: number[] = [];
    const { findJoined } = counters;
    t.after(() => Object.assign(counters, { findJoined }));
    counters.findJoined = (users) => {
      asked.push(users.length);
      return findJoined(users);
    };
    joins.bed.statements.length = 0;
    const users = Array.from({ length: 1_000 }, (_, index) => String(20_000 + index));
    const codes = await Promise.all(users.map((userId) => codeOf(joins.join(saleId, userId))));
    assert.deepEqual(new Set(codes), new Set(['RATE_LIMITED']));
    assert.ok(asked.length <= 12 && Math.max(...asked) <= 100, String(asked));
    assert.deepEqual(joins.bed.statements, []);
  });

  it('keeps nobody out by a denial of before the rules changed', async () => {
    const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
    const saleId = await joins.addSale(10, { rules });
    joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_PAST_ORDERS', reason: 'None.' };
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ACCESS_DENIED');
    const { database } = joins.bed.deps;
    await database.query('update activity.flash_sale set version = 2 where id = ?', [saleId]);
    await joins.deps.board.refresh();
    joins.verdict = { isAllowed: true, failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED', reason: '' };
    assert.equal(await codeOf(joins.join(saleId, '11')), 'JOINED');
  });

  it('tells whoever lost the answer of the ticket after the end too, and everybody else of the end', async () => {
    const { clock } = joins.bed;
    const endsAt = new Date(clock.now() + 60_000);
    const planned = await joins.addSale(3, { endsAt });
    const ended = await joins.addSale(3);
    const ids = [];
    for (const saleId of [planned, ended]) ids.push((await joins.join(saleId, '11')).ticket?.id ?? '');
    await joins.bed.saleAdmin.endFlashSale(
      { ...freshKey, flashSaleId: ended },
      callBy(userWith('1', 'ADMIN')),
    );
    await clock.advance(60_000);
    await joins.deps.board.refresh();
    for (const [index, saleId] of [planned, ended].entries()) {
      const told = failsWith('ALREADY_JOINED', { ticketId: ids[index] ?? '' });
      for (let times = 0; times < 2; times++) await assert.rejects(joins.join(saleId, '11'), told);
      await assert.rejects(joins.join(saleId, '12'), failsWith('ENDED', { flashSaleId: saleId }));
      assert.equal((await joins.tickets(saleId)).length, 1);
    }
    away.add('findJoined');
    await assert.rejects(joins.join(planned, '11'), failsWith('UNAVAILABLE', { retryAfterMs: 200 }));
    away.clear();
    // As long as Redis keeps who joined; later nobody is asked.
    await clock.advance(86_400_000);
    away.add('findJoined');
    assert.equal(await codeOf(joins.join(planned, '11')), 'ENDED');
    away.clear();
  });

  it('says after the end that a ticket may be on its way, until none can come any more', async () => {
    const { clock } = joins.bed;
    const saleId = await joins.addSale(3, { endsAt: new Date(clock.now() + 1_000) });
    const sale = await joins.bed.getFlashSale(saleId);
    await joins.deps.counters.promise(sale, { userId: '11', ticketId: '900001' });
    await clock.advance(1_000);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'UNAVAILABLE');
    assert.equal(await codeOf(joins.join(saleId, '12')), 'ENDED');
    await clock.advance(PROMISE_STANDS_MS);
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ENDED');
    assert.deepEqual(await joins.tickets(saleId), []);
  });

  it('answers with the ticket of before where Redis forgot who joined, and keeps no unit for it', async () => {
    const saleId = await joins.addSale(3);
    const { ticket } = await joins.join(saleId, '11');
    await joins.redis.del(joinedKey(saleId));
    for (let times = 0; times < 2; times++)
      await assert.rejects(
        joins.join(saleId, '11'),
        failsWith('ALREADY_JOINED', { ticketId: ticket?.id ?? '' }),
      );
    for (let turn = 0; turn < 10; turn++) await joins.bed.clock.advance(0);
    assert.deepEqual(await joins.deps.counters.count([saleId]), [{ left: 2, promised: 0 }]);
  });

  it('uses no SQL to turn somebody away, and one round trip to Redis, or two for whoever has joined', async () => {
    const saleId = await joins.addSale(1);
    await joins.join(saleId, '11');
    await joins.join(saleId, '12').catch(() => {});
    const trips: string[] = [];
    const { counters } = joins.deps;
    for (const name of ['left', 'promise', 'findJoined', 'markKept'] as const) {
      const real = counters[name] as (...args: unknown[]) => unknown;
      Object.defineProperty(counters, name, {
        configurable: true,
        value: (...args: unknown[]) => {
          trips.push(name);
          return real.apply(counters, args);
        },
      });
    }
    joins.bed.statements.length = 0;
    assert.equal(await codeOf(joins.join(saleId, '13')), 'SOLD_OUT');
    assert.deepEqual([joins.bed.statements, trips], [[], ['findJoined']]);
    trips.length = 0;
    assert.equal(await codeOf(joins.join(saleId, '11')), 'ALREADY_JOINED');
    assert.deepEqual([joins.bed.statements, trips], [[], ['findJoined', 'promise']]);
  });

  it('counts what each filter turned away', async () => {
    const before = [await filtered('stock', 'SOLD_OUT'), await filtered('queue', 'passed')];
    const saleId = await joins.addSale(1);
    await joins.join(saleId, '11');
    await joins.join(saleId, '12').catch(() => {});
    const after = [await filtered('stock', 'SOLD_OUT'), await filtered('queue', 'passed')];
    assert.deepEqual(
      after.map((count, index) => count - Number(before[index])),
      [1, 1],
    );
  });
});

describe('many who join at once', () => {
  it('are a hundred for a hundred units, each once', async () => {
    const saleId = await joins.addSale(100);
    const before = await joins.events();
    const users = Array.from({ length: 1_000 }, (_, index) => String(10_000 + index));
    const codes = await Promise.all(users.map((userId) => codeOf(joins.join(saleId, userId))));
    const counts = Object.fromEntries(
      Map.groupBy(codes, (code) => code)
        .entries()
        .map(([code, all]) => [code, all.length]),
    );
    assert.equal(counts['JOINED'], 100, JSON.stringify(counts));
    const tickets = await joins.tickets(saleId);
    assert.equal(new Set(tickets.map(({ user_id }) => user_id)).size, 100);
    assert.equal((await joins.events()) - before, 100);
  });

  it('are one ticket where all of them are the same user', async () => {
    const saleId = await joins.addSale(100);
    const before = await joins.events();
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(joins.join(saleId, '11'))));
    assert.equal(codes.filter((code) => code === 'JOINED').length, 1);
    assert.equal(codes.filter((code) => code === 'ALREADY_JOINED').length, 49);
    assert.equal((await joins.tickets(saleId)).length, 1);
    assert.equal((await joins.events()) - before, 1);
  });
});

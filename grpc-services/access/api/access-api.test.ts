import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { closeRedis, openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { AccessRuleKind } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { accessRuleLimits } from '@tiffin/proto/limits/access-rule-limits';
import {
  type AccessTestBed,
  createAccessTestBed,
  livesIn,
  olderThan,
  orderedOften,
  userId,
} from '../access-test-bed.ts';
import { verdictKey } from '../data/keys.ts';

const { maxRules, maxMinDays, maxAreas, maxAreaChars, maxMinOrders } = accessRuleLimits;
let bed: AccessTestBed;
beforeEach(async () => {
  bed = await createAccessTestBed();
});
afterEach(() => bed.stop());

const letIn = { isAllowed: true, failedRule: AccessRuleKind.UNSPECIFIED, reason: '' };
const refusal = {
  isAllowed: false,
  failedRule: AccessRuleKind.ACCOUNT_AGE,
  reason: 'Your account is 100 days old; it must be 101 days old.',
};

test('only our own processes may ask', async () => {
  const request = { flashSaleId: '5', version: 1, userId, rules: [] };
  await assert.rejects(bed.api.checkAccess(request, callBy()), failsWith('UNAUTHENTICATED'));
  const administrator = callBy(userWith('3', 'ADMIN'));
  await assert.rejects(bed.api.checkAccess(request, administrator), failsWith('FORBIDDEN'));
});

test('what the rules need is read at once, and nothing else', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  bed.fault = () => gate;
  const answer = bed.ask([olderThan(100), livesIn('mitte'), orderedOften(3)]);
  for (let turn = 0; turn < 50 && bed.reads.length < 3; turn++) await bed.clock.advance(0);
  assert.deepEqual(bed.reads, ['batchGetUsers', 'batchListAddresses', 'batchCountCompletedOrders']);
  open();
  assert.equal((await answer).isAllowed, true);
  bed.reads.length = 0;
  await bed.ask([livesIn('Mitte'), livesIn('Wedding')], { version: 2 });
  assert.deepEqual(bed.reads, ['batchListAddresses']);
  bed.reads.length = 0;
  assert.equal((await bed.ask([], { version: 3 })).isAllowed, true);
  assert.deepEqual(bed.reads, []);
});

for (const [rules, expected] of [
  [[olderThan(100)], { isAllowed: true, failedRule: AccessRuleKind.UNSPECIFIED, reason: '' }],
  [[olderThan(101)], refusal],
] as const) {
  test(`a verdict stands for other processes too: ${expected.reason || 'allowed'}`, async () => {
    assert.deepEqual(await bed.ask([...rules]), expected);
    bed.reads.length = 0;
    assert.deepEqual(await bed.ask([...rules], {}, bed.another()), expected);
    assert.deepEqual(bed.reads, []);
  });
}

test('of another user, flash sale or version of the rules a verdict says nothing', async () => {
  await bed.ask([orderedOften(3)]);
  for (const change of [{ userId: '18' }, { flashSaleId: '6' }, { version: 2 }]) {
    bed.reads.length = 0;
    assert.equal((await bed.ask([orderedOften(3)], change)).isAllowed, change.userId === undefined);
    assert.deepEqual(bed.reads, ['batchCountCompletedOrders']);
  }
});

test('of the addresses that one counts which the unit goes to, and each has a verdict of its own', async () => {
  const inMitte = [livesIn('Mitte')];
  const isLetIn = async (addressId?: string) => (await bed.ask(inMitte, { addressId })).isAllowed;
  assert.deepEqual([await isLetIn('1'), await isLetIn('2'), await isLetIn()], [true, false, true]);
  const { reason, failedRule } = await bed.ask(inMitte, { addressId: '2' });
  assert.deepEqual([failedRule, reason], [AccessRuleKind.AREA, 'This address is not in Mitte.']);
  assert.equal(await isLetIn('99'), false, 'one of somebody else');
  assert.equal(bed.reads.length, 4, 'each is looked up once');
});

test('where no rule is about areas the address makes no difference, nor another look', async () => {
  for (const addressId of ['1', '2', '99', undefined])
    assert.equal((await bed.ask([orderedOften(3)], { addressId })).isAllowed, true);
  assert.deepEqual(bed.reads, ['batchCountCompletedOrders']);
});

test('a hundred who ask at once share one look', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => bed.ask([olderThan(101)])));
  for (const answer of answers) assert.deepEqual(answer, refusal);
  assert.deepEqual(bed.reads, ['batchGetUsers']);
});

test('a failed look is nobody’s verdict, and is not remembered', async () => {
  bed.fault = () => {
    throw new AppError('UNAVAILABLE', { retryAfterMs: 5 });
  };
  const asked = Array.from({ length: 3 }, () => bed.ask([olderThan(1)]));
  for (const one of asked) await assert.rejects(one, failsWith('UNAVAILABLE'));
  bed.fault = () => {};
  assert.equal((await bed.ask([olderThan(1)])).isAllowed, true);
});

test('a caller that goes away ends the look of nobody else', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  bed.fault = () => gate;
  const leaving = new AbortController();
  const service = callBy({ kind: 'service', name: 'test' });
  const request = { flashSaleId: '5', version: 1, userId, rules: [olderThan(101)] };
  const first = bed.api.checkAccess(request, { ...service, signal: leaving.signal });
  first.catch(() => {});
  for (let turn = 0; turn < 50 && bed.reads.length < 1; turn++) await bed.clock.advance(0);
  const second = bed.ask([olderThan(101)]);
  leaving.abort(new AppError('CANCELLED', {}));
  await assert.rejects(first, failsWith('CANCELLED'));
  open();
  assert.deepEqual(await second, refusal);
  assert.deepEqual(bed.reads, ['batchGetUsers']);
});

test('without Redis everybody is looked at, and nothing is remembered', async () => {
  const gone: RedisClient = await openRedis({ keyspace: randomUUID() });
  await closeRedis(gone);
  const api = bed.another(gone);
  for (let time = 1; time <= 2; time++) {
    assert.deepEqual(await bed.ask([olderThan(101)], {}, api), refusal);
    assert.equal(bed.reads.length, time);
  }
});

test('bytes in Redis that are no verdict are looked past', async () => {
  await bed.redis.set(verdictKey('5', 1, userId), Buffer.from([0xff, 0xff]), 'PX', 1_000);
  assert.deepEqual(await bed.ask([olderThan(101)]), refusal);
  assert.deepEqual(bed.reads, ['batchGetUsers']);
});

test('of many flash sales each fact is looked up once, and only those that are needed', async () => {
  const hundred = Array.from({ length: 100 }, (_, index) =>
    index % 2 ? [olderThan(101), orderedOften(3)] : [orderedOften(3)],
  );
  const verdicts = await bed.askOfMany([...hundred.slice(0, 99), []]);
  assert.deepEqual(verdicts.slice(0, 2), [letIn, refusal]);
  assert.deepEqual(
    verdicts.map((verdict) => verdict?.isAllowed),
    Array.from({ length: 100 }, (_, index) => index % 2 === 0 || index === 99),
  );
  assert.deepEqual(bed.reads.toSorted(), ['batchCountCompletedOrders', 'batchGetUsers']);
});

test('many flash sales without rules need neither Redis nor anybody else', async (t) => {
  const pipelines = pipelinesOf(t);
  assert.deepEqual(await bed.askOfMany([[], []]), [letIn, letIn]);
  assert.deepEqual(await bed.askOfMany([]), []);
  assert.deepEqual([pipelines, bed.reads], [[], []]);
});

test('verdicts on many are read in one pipeline and written in another, those alone that were not known', async (t) => {
  const rules = [[orderedOften(3)], [orderedOften(4)], [orderedOften(2)]];
  const one = await bed.ask([orderedOften(3)]);
  bed.reads.length = 0;
  const pipelines = pipelinesOf(t);
  const verdicts = await bed.askOfMany(rules);
  assert.deepEqual(pipelines, [
    ['getBuffer', 'getBuffer', 'getBuffer'],
    ['set', 'set'],
  ]);
  assert.deepEqual(verdicts[0], one);
  assert.deepEqual(bed.reads, ['batchCountCompletedOrders']);
  pipelines.length = 0;
  assert.deepEqual(await bed.askOfMany(rules, {}, bed.another()), verdicts);
  assert.deepEqual(
    pipelines,
    [['getBuffer', 'getBuffer', 'getBuffer']],
    'they stand for other processes too',
  );
  assert.equal(bed.reads.length, 1);
});

/** The pipelines of more than one command that are sent from now on: the names of their commands. */
function pipelinesOf(t: TestContext): string[][] {
  const sent: string[][] = [];
  const { redis } = bed;
  const pipeline = redis.pipeline.bind(redis);
  t.mock.method(redis, 'pipeline', (commands: string[][]) => {
    sent.push(commands.map(([name = '']) => name));
    return pipeline(commands);
  });
  return sent;
}

test('a verdict on one of many is that of CheckAccess, and whoever asks meanwhile shares the look', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  bed.fault = () => gate;
  const many = bed.askOfMany([[olderThan(101)], [olderThan(100)]]);
  for (let turn = 0; turn < 50 && bed.reads.length < 1; turn++) await bed.clock.advance(0);
  const one = bed.ask([olderThan(101)]);
  open();
  assert.deepEqual(await many, [refusal, letIn]);
  assert.deepEqual(await one, refusal);
  assert.deepEqual(bed.reads, ['batchGetUsers']);
});

test('what cannot be looked up leaves those slots empty that need it, and is not remembered', async () => {
  const rules = [[orderedOften(3), olderThan(1)], [orderedOften(3)], [], [livesIn('Mitte')]];
  bed.fault = (read) => {
    if (read === 'batchGetUsers') throw new AppError('UNAVAILABLE', { retryAfterMs: 5 });
  };
  assert.deepEqual(await bed.askOfMany(rules), [undefined, letIn, letIn, letIn]);
  bed.fault = () => {};
  bed.reads.length = 0;
  assert.deepEqual(await bed.askOfMany(rules), Array(4).fill(letIn), 'the control');
  assert.deepEqual(bed.reads.toSorted(), ['batchCountCompletedOrders', 'batchGetUsers']);
});

test('a rule that needs what is away fails alone in CheckAccess too', async () => {
  bed.fault = (read) => {
    if (read === 'batchGetUsers') throw new AppError('UNAVAILABLE', { retryAfterMs: 5 });
  };
  await assert.rejects(
    bed.ask([orderedOften(3), olderThan(1)]),
    failsWith('UNAVAILABLE', { retryAfterMs: 5 }),
  );
  assert.deepEqual(await bed.ask([orderedOften(3)], { version: 2 }), letIn);
});

test('an address counts for all of many, and without Redis they are all judged', async () => {
  const gone: RedisClient = await openRedis({ keyspace: randomUUID() });
  await closeRedis(gone);
  const rules = [[livesIn('Mitte')], [livesIn('Wedding')]];
  const isLetIn = async (addressId?: string) =>
    (await bed.askOfMany(rules, { addressId }, bed.another(gone))).map((verdict) => verdict?.isAllowed);
  assert.deepEqual(await isLetIn('1'), [true, false]);
  assert.deepEqual(await isLetIn(), [true, true]);
  assert.deepEqual(bed.reads, ['batchListAddresses', 'batchListAddresses']);
});

test('of many, bytes in Redis that are no verdict are looked past alone', async () => {
  const rules = [[olderThan(101)], [olderThan(101)]];
  await bed.askOfMany(rules);
  await bed.redis.set(verdictKey('5', 1, userId), Buffer.from([0xff, 0xff]), 'PX', 1_000);
  bed.reads.length = 0;
  assert.deepEqual(await bed.askOfMany(rules, {}, bed.another()), [refusal, refusal]);
  assert.deepEqual(bed.reads, ['batchGetUsers']);
});

test('questions about many are refused to all but our own processes, and where they make no sense', async () => {
  const administrator = callBy(userWith('3', 'ADMIN'));
  const request = { userId, flashSales: [] };
  await assert.rejects(bed.api.batchCheckAccess(request, callBy()), failsWith('UNAUTHENTICATED'));
  await assert.rejects(bed.api.batchCheckAccess(request, administrator), failsWith('FORBIDDEN'));
  const sale = { flashSaleId: '5', version: 1, rules: [] };
  for (const [field, change] of [
    ['userId', { userId: '' }],
    ['addressId', { addressId: '' }],
    ['flashSales', { flashSales: Array(101).fill(sale) }],
    ['flashSales[1].flashSaleId', { flashSales: [sale, { ...sale, flashSaleId: 'x' }] }],
    ['flashSales[1].version', { flashSales: [sale, { ...sale, version: 0 }] }],
    ['flashSales[0].rules', { flashSales: [{ ...sale, rules: Array(maxRules + 1).fill(olderThan(1)) }] }],
    ['flashSales[0].rules[0].minDays', { flashSales: [{ ...sale, rules: [olderThan(0)] }] }],
  ] as const) {
    await assert.rejects(bed.askOfMany([], change as never), violates(field), field);
  }
});

test('questions that make no sense are refused', async () => {
  for (const [field, change] of [
    ['flashSaleId', { flashSaleId: 'x' }],
    ['version', { version: 0 }],
    ['userId', { userId: '' }],
    ['addressId', { addressId: '' }],
    ['rules', { rules: Array(maxRules + 1).fill(olderThan(1)) }],
    ['rules[0].minDays', { rules: [olderThan(0)] }],
    ['rules[1].minDays', { rules: [olderThan(1), olderThan(maxMinDays + 1)] }],
    ['rules[0].areas', { rules: [livesIn()] }],
    ['rules[0].areas', { rules: [livesIn(...Array(maxAreas + 1).fill('A'))] }],
    ['rules[0].areas[1]', { rules: [livesIn('A', 'B'.repeat(maxAreaChars + 1))] }],
    ['rules[0].minOrders', { rules: [orderedOften(maxMinOrders + 1)] }],
    ['rules[0]', { rules: [{ rule: undefined }] }],
  ] as const) {
    await assert.rejects(bed.ask([], change as never), violates(field), field);
  }
});

test('the largest rules that a flash sale may have make sense', async () => {
  const areas = Array.from({ length: maxAreas }, (_, index) => String(index).padStart(maxAreaChars, 'x'));
  const rules = [orderedOften(3), livesIn(...areas), olderThan(maxMinDays), orderedOften(maxMinOrders)];
  const all = [...rules, ...Array(maxRules - rules.length).fill(olderThan(1))];
  assert.equal((await bed.ask(all)).failedRule, AccessRuleKind.AREA);
});

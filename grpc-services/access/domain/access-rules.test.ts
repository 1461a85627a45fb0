import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessRule, AccessRuleKind } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { dayMs, livesIn, olderThan, orderedOften } from '../access-test-bed.ts';
import { compileRules, type Facts } from './access-rules.ts';

const nowMs = 1_900_000_000_000;
const facts: Facts = {
  account: nowMs - 3 * dayMs,
  areas: { names: [' mitte', 'Wedding'], isChosen: false },
  orders: 1,
};
const judge = (rules: AccessRule[], changed: Partial<Facts> = {}) =>
  compileRules(rules).judge({ ...facts, ...changed }, nowMs);

test('whoever meets all rules is let in', () => {
  const verdict = judge([olderThan(3), livesIn('Mitte'), orderedOften(1)]);
  assert.deepEqual(verdict, { isAllowed: true, failedRule: AccessRuleKind.UNSPECIFIED, reason: '' });
});

for (const [rule, changed, kind, reason] of [
  [olderThan(30), {}, 'ACCOUNT_AGE', 'Your account is 3 days old; it must be 30 days old.'],
  [
    olderThan(2),
    { account: nowMs - 2 * dayMs + 1 },
    'ACCOUNT_AGE',
    'Your account is 1 day old; it must be 2 days old.',
  ],
  [olderThan(1), { account: nowMs + 5 }, 'ACCOUNT_AGE', 'Your account is 0 days old; it must be 1 day old.'],
  [livesIn('Kreuzberg'), {}, 'AREA', 'You have no address in Kreuzberg.'],
  [
    livesIn('A', 'B', 'C'),
    { areas: { names: [], isChosen: false } },
    'AREA',
    'You have no address in A, B or C.',
  ],
  [
    livesIn('Mitte', 'B'),
    { areas: { names: ['Wedding'], isChosen: true } },
    'AREA',
    'This address is not in Mitte or B.',
  ],
  [orderedOften(5), {}, 'PAST_ORDERS', 'You have completed 1 order; it takes 5 to take part.'],
  [orderedOften(1), { orders: 0 }, 'PAST_ORDERS', 'You have completed 0 orders; it takes 1 to take part.'],
] as const) {
  test(`a refusal says why: ${reason}`, () => {
    const verdict = judge([rule], changed);
    assert.deepEqual(verdict, { isAllowed: false, failedRule: AccessRuleKind[kind], reason });
  });
}

test('of several rules that are not met the first is named', () => {
  assert.equal(judge([orderedOften(9), livesIn('X')]).failedRule, AccessRuleKind.PAST_ORDERS);
  assert.equal(judge([livesIn('X'), orderedOften(9)]).failedRule, AccessRuleKind.AREA);
});

test('what has to be known is what the rules ask for', () => {
  assert.deepEqual([...compileRules([livesIn('A'), livesIn('B')]).needs], ['areas']);
  assert.deepEqual([...compileRules([orderedOften(1), olderThan(1)]).needs], ['orders', 'account']);
});

test('a fact that nobody looked up lets nobody in', () => {
  assert.throws(() => compileRules([orderedOften(1)]).judge({}, nowMs), /Nobody looked up orders/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openJoinTestBed } from '@tiffin/activity/join-test-bed';
import { filterTimes } from './filter-times.ts';

const total = (filter: string, outcome: string, count: number) =>
  `tiffin_flash_sale_filter_total{filter="${filter}",outcome="${outcome}"} ${count}`;
const times = (filter: string, sum: number, count: number) => [
  `tiffin_flash_sale_filter_microseconds_sum{filter="${filter}"} ${sum}`,
  `tiffin_flash_sale_filter_microseconds_count{filter="${filter}"} ${count}`,
];

test('what filters came to is the difference of two looks, whether there was anything before or not', () => {
  const before = ['# HELP x y', total('token', 'passed', 4), ...times('token', 100, 4)].join('\n');
  const after = [
    ...[
      total('token', 'passed', 6),
      total('token', 'FLASH_SALE_TOKEN_INVALID', 2),
      ...times('token', 180, 8),
    ],
    ...[total('stock', 'SOLD_OUT', 6), ...times('stock', 30, 6)],
  ].join('\n');
  const found = filterTimes(before, after);
  assert.deepEqual(found.get('token'), {
    ...{ passed: 2, microseconds: 20 },
    turnedAway: new Map([['FLASH_SALE_TOKEN_INVALID', 2]]),
  });
  assert.deepEqual(found.get('stock'), {
    passed: 0,
    microseconds: 5,
    turnedAway: new Map([['SOLD_OUT', 6]]),
  });
  assert.deepEqual(found.get('queue'), { passed: 0, microseconds: 0, turnedAway: new Map() });
});

test('a filter that is not in the list is noticed', () => {
  assert.throws(
    () => filterTimes('', total('weather', 'passed', 1)),
    /^Error: weather is none of the filters/,
  );
});

test('whoever is let in has passed each filter, in the order of the list; whoever was denied comes to two', async () => {
  const joins = await openJoinTestBed();
  try {
    const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
    const saleId = await joins.addSale(10, { rules });
    const empty = await joins.metrics.text();
    await joins.join(saleId, '11');
    const after = await joins.metrics.text();
    const found = [...filterTimes(empty, after)];
    // Metrics are told in the order in which they came up.
    const measured = [...after.matchAll(/_filter_total\{filter="([^"]*)"/g)].map(([, name]) => name);
    assert.deepEqual(
      found.map(([name]) => name),
      measured,
    );
    for (const [name, { passed }] of found) assert.equal(passed, 1, name);
    joins.verdict = { ...joins.verdict, isAllowed: false, failedRule: 'ACCESS_RULE_KIND_PAST_ORDERS' };
    await assert.rejects(joins.join(saleId, '12'));
    const denied = await joins.metrics.text();
    await assert.rejects(joins.join(saleId, '12'));
    const again = filterTimes(denied, await joins.metrics.text());
    assert.deepEqual(again.get('denial')?.turnedAway, new Map([['ACCESS_DENIED', 1]]));
    assert.equal(again.get('access')?.turnedAway.size, 0);
  } finally {
    await joins.stop();
  }
});

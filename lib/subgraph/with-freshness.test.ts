import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallContext } from '../rpc/call-context.ts';
import { callBy } from '../testing/call-by.ts';
import { freshnessOf, withFreshness } from './with-freshness.ts';

test('a query takes what there is, and its result names what was old', async () => {
  const result = await withFreshness(freshnessOf(false), callBy(), async ({ freshness, onDegraded }) => {
    assert.equal(freshness, 'any');
    for (const kind of ['shop', 'goods', 'shop']) onDegraded?.(kind);
    return { data: {}, extensions: { other: 1 } };
  });
  assert.deepEqual(result, { data: {}, extensions: { other: 1, degraded: ['goods', 'shop'] } });
});

test('a result of which nothing was old stays as it is', async () => {
  const result = { data: {} };
  assert.equal(await withFreshness('any', callBy(), async () => result), result);
});

test('a mutation reads the latest, and is told of nothing old, whatever its caller would take', async () => {
  const seen: CallContext[] = [];
  const call: CallContext = { ...callBy(), freshness: 'any', onDegraded: () => assert.fail() };
  const result = { data: {} };
  const ran = await withFreshness(freshnessOf(true), call, async (own) => {
    seen.push(own);
    return result;
  });
  assert.equal(ran, result);
  assert.deepEqual(seen, [{ ...call, freshness: 'latest', onDegraded: undefined }]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { createShopSubgraph } from './shop-subgraph.ts';
import { fakeServices } from './testing/fake-services.ts';
import { createViewTeller } from './view-teller.ts';

const { SHOP_VIEWED, GOODS_VIEWED } = BehaviorKind;
const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const takesAll = { tracking: { track: async () => ({ accepted: 1 }) } };
const query = `{
  a: shop(id: "1") { id } b: shop(id: "missing") { id } c: shop(id: "2") { id } again: shop(id: "1") { name }
  d: goods(id: "3") { id shop { id } }
}`;
/** Two: what is told at the end of one may be told after us. */
async function turn(): Promise<void> {
  for (let n = 0; n < 2; n++) await new Promise((resolve) => setImmediate(resolve));
}

async function untold(metrics: Metrics, reason: string): Promise<number> {
  const line = new RegExp(`^tiffin_views_untold_total\\{reason="${reason}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await metrics.text())?.[1] ?? 0);
}

test('what a signed-in user asks for by its id, and what there is of it, is told in their name, each thing once', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, { ...fakeServices, ...takesAll });
  const { errors } = await execute(query, { identity: customer });
  assert.equal(errors, undefined);
  await turn();
  const told = calls.filter(({ rpc }) => rpc === 'tracking.track');
  const events = told.flatMap(({ request }) => (request as { events: object[] }).events);
  assert.deepEqual(events, [
    { kind: SHOP_VIEWED, targetId: '1' },
    { kind: SHOP_VIEWED, targetId: '2' },
    { kind: GOODS_VIEWED, targetId: '3' },
  ]);
  assert.ok(told.length <= 2, 'a rpc for each turn');
  assert.deepEqual(told[0]?.context.identity, customer);
});

test('nothing is told of anybody else', async () => {
  for (const identity of [undefined, { kind: 'service', name: 'order' }] as const) {
    const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
    await execute(query, identity && { identity });
    await turn();
    assert.ok(!calls.some(({ rpc }) => rpc === 'tracking.track'));
  }
});

test('a tracking service that fails or does not answer changes no answer, and what it missed is counted', async () => {
  for (const track of [() => Promise.reject(new Error('away')), () => new Promise<never>(() => {})]) {
    const harness = createSubgraphHarness(createShopSubgraph, { ...fakeServices, tracking: { track } });
    const answer = await harness.execute('{ shop(id: "1") { id } }', { identity: customer });
    assert.deepEqual(answer, { data: { shop: { id: '1' } } });
  }
  const metrics = createMetrics();
  const tracking = { track: () => Promise.reject(new Error('away')) };
  const views = createViewTeller({ tracking, metrics }).of(callBy(customer));
  views.sawShop('1');
  views.sawGoods('1');
  await turn();
  assert.equal(await untold(metrics, 'failed'), 2);
});

test('no more than twenty of an operation are told, and no more than a hundred calls are under way', async () => {
  const metrics = createMetrics();
  let calls = 0;
  const tracking = {
    track() {
      calls++;
      return new Promise<never>(() => {});
    },
  };
  const teller = createViewTeller({ tracking, metrics });
  const views = teller.of(callBy(customer));
  for (let id = 1; id <= 25; id++) views.sawShop(String(id));
  await turn();
  assert.deepEqual([calls, await untold(metrics, 'too_many')], [1, 5]);
  for (let n = 0; n < 120; n++) teller.of(callBy(customer)).sawShop('1');
  await turn();
  assert.deepEqual([calls, await untold(metrics, 'too_many')], [100, 5 + 21]);
});

test('a call outlives its operation', async () => {
  const gone = new AbortController();
  const signals: AbortSignal[] = [];
  const tracking = {
    async track(_request: object, { signal }: { signal: AbortSignal }) {
      signals.push(signal);
      return { accepted: 1 };
    },
  };
  const teller = createViewTeller({ tracking, metrics: createMetrics() });
  teller.of({ ...callBy(customer), signal: gone.signal }).sawShop('1');
  gone.abort();
  await turn();
  assert.equal(signals[0]?.aborted, false);
});

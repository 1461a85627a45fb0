import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { createShopSubgraph } from './shop-subgraph.ts';
import { fakeServices } from './testing/fake-services.ts';
import { viewsTimeoutMs } from './views-loader.ts';

const { SHOP_VIEWED, GOODS_VIEWED } = BehaviorKind;

type Counters = (request: { readonly targetIds: readonly string[] }) => Promise<{ views: number[] }>;

function harnessWith(batchGetCounters: Counters) {
  const clock = new VirtualClock();
  const create = (deps: Parameters<typeof createShopSubgraph>[0]) => createShopSubgraph({ ...deps, clock });
  return { clock, ...createSubgraphHarness(create, { ...fakeServices, tracking: { batchGetCounters } }) };
}

describe('how often shops and goods were looked at', () => {
  it('costs one rpc for the shops and one for the goods, each at most a hundred', async () => {
    const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
    const goods = Array.from({ length: 150 }, (_, index) => `g${index}: goods(id: "${index}") { id views }`);
    const { data, errors } = await execute(
      `{ a: shop(id: "1") { views } b: shop(id: "2") { id views } ${goods.join('\n')} }`,
    );
    assert.equal(errors, undefined);
    assert.deepEqual([data?.['a'], data?.['b']], [{ views: 10 }, { id: '2', views: 20 }]);
    assert.deepEqual(data?.['g149'], { id: '149', views: 1_490 });
    const asked = calls.filter(({ rpc }) => rpc === 'tracking.batchGetCounters');
    const sizes = asked.map(({ request }) => {
      const { kind, targetIds } = request as { kind: BehaviorKind; targetIds: string[] };
      return `${kind} ${targetIds.length}`;
    });
    assert.deepEqual(sizes.sort(), [`${GOODS_VIEWED} 100`, `${GOODS_VIEWED} 50`, `${SHOP_VIEWED} 2`].sort());
  });

  it('is asked of nobody unless somebody wants to know', async () => {
    const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
    await execute('{ shop(id: "1") { id name } goods(id: "1") { name } }');
    assert.ok(!calls.some(({ rpc }) => rpc === 'tracking.batchGetCounters'));
  });

  it('is null alone where tracking fails', async () => {
    const { execute } = harnessWith(() => Promise.reject(new Error('away')));
    const { data, errors } = await execute(
      '{ shop(id: "1") { name views category { id } } goods(id: "2") { name views } }',
    );
    assert.deepEqual(data, {
      shop: { name: 'Shop 1', views: null, category: { id: 'category-1' } },
      goods: { name: 'Goods 2', views: null },
    });
    assert.deepEqual(
      errors?.map(({ path }) => path),
      [
        ['shop', 'views'],
        ['goods', 'views'],
      ],
    );
  });

  it('is null alone, and soon, where tracking does not answer', async () => {
    const { execute, calls, clock } = harnessWith(() => new Promise<never>(() => {}));
    const answering = execute('{ shop(id: "1") { name views category { id } } }');
    const isAsked = () => calls.some(({ rpc }) => rpc === 'tracking.batchGetCounters');
    for (let turn = 0; !isAsked(); turn++) {
      assert.ok(turn < 100, 'It is never asked.');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const beganMs = clock.now();
    await clock.advance(viewsTimeoutMs);
    const { data, errors } = await answering;
    assert.deepEqual(data, { shop: { name: 'Shop 1', views: null, category: { id: 'category-1' } } });
    assert.deepEqual(
      errors?.map(({ extensions }) => extensions?.['code']),
      ['DEADLINE_EXCEEDED'],
    );
    const asked = calls.find(({ rpc }) => rpc === 'tracking.batchGetCounters');
    assert.equal(asked?.context.deadlineMs, beganMs + viewsTimeoutMs, 'tracking gives up as well');
    assert.equal(clock.pendingTimers, 0);
  });

  it('stands still where an Int ends', async () => {
    const { execute } = harnessWith(async () => ({ views: [2 ** 40] }));
    assert.deepEqual(await execute('{ goods(id: "1") { views } }'), {
      data: { goods: { views: 2 ** 31 - 1 } },
    });
  });
});

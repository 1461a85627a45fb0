import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { FlashSale } from './flash-sale.ts';
import { SaleBuckets } from './sale-buckets.ts';

const saleOf = (id: string, left: number) => ({ id, left, reserved: 0, sold: 0 }) as FlashSale;
const sale = saleOf('1', 100);

function setUp(options: { random?: number; maxSales?: number } = {}) {
  const clock = new VirtualClock();
  const live = { instances: 1 };
  const { random = 0, maxSales } = options;
  const buckets = new SaleBuckets({
    clock,
    random: () => random,
    instances: () => live.instances,
    ...(maxSales !== undefined && { maxSales }),
  });
  const takeAll = (of = sale) => {
    let taken = 0;
    while (buckets.take(of) === undefined) taken++;
    return taken;
  };
  return { clock, live, buckets, takeAll };
}

describe('the buckets of flash sales', () => {
  it('let twice the stock through, then a fifth of it a second', async () => {
    const { clock, takeAll } = setUp();
    assert.equal(takeAll(), 200);
    await clock.advance(1_000);
    assert.equal(takeAll(), 20);
    await clock.advance(3_600_000);
    assert.equal(takeAll(), 200, 'no more than at the start');
  });

  it('share that among the processes', async () => {
    const { clock, live, takeAll } = setUp();
    live.instances = 4;
    assert.equal(takeAll(), 50);
    await clock.advance(1_000);
    assert.equal(takeAll(), 5);
    live.instances = 2;
    await clock.advance(1_000);
    assert.equal(takeAll(), 5, 'time that has passed counts at the old rate');
    await clock.advance(1_000);
    assert.equal(takeAll(), 10);
  });

  it('count units that are claimed as stock, and a stock that grew', () => {
    const { takeAll } = setUp();
    assert.equal(takeAll({ ...sale, left: 40, reserved: 40, sold: 20 }), 200);
    assert.equal(takeAll({ ...sale, left: 200 }), 0, 'by and by');
  });

  it('let one a second through at least', async () => {
    const { clock, takeAll } = setUp();
    const small = saleOf('2', 1);
    assert.equal(takeAll(small), 2);
    await clock.advance(999);
    assert.equal(takeAll(small), 0);
    await clock.advance(1);
    assert.equal(takeAll(small), 1);
    assert.equal(takeAll(saleOf('3', 0)), 1);
  });

  it('say when to come again, not to everybody the same', () => {
    for (const [random, retryAfterMs] of [
      [0, 1_000],
      [0.999, 1_999],
    ] as const) {
      const { buckets, takeAll } = setUp({ random });
      const small = saleOf('2', 1);
      takeAll(small);
      assert.equal(buckets.take(small), retryAfterMs);
    }
  });

  it('keep no more than so many, the ones that were used last', () => {
    const { takeAll } = setUp({ maxSales: 2 });
    const [one, two, three] = [saleOf('1', 1), saleOf('2', 1), saleOf('3', 1)] as const;
    takeAll(one);
    takeAll(two);
    assert.equal(takeAll(one), 0);
    takeAll(three);
    assert.equal(takeAll(one), 0);
    assert.equal(takeAll(two), 2, 'forgotten');
  });
});

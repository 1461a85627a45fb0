import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderCompleted } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { insertReviewer } from '../data/reviewer-store.ts';
import { addReview } from '../domain/add-review.ts';
import { callByCustomer, createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';
import { allowReviews } from './allow-reviews.ts';

type Session = Parameters<typeof insertReviewer>[0];

function completed(id: string, shopId: string, userId: string): Delivery<OrderCompleted> {
  const payload = OrderCompleted.fromPartial({ orderId: id, shopId, userId });
  return { event: Event.fromPartial({ id }), payload, attempt: 1, signal: new AbortController().signal };
}

describe('a shop is reviewed by those who have received an order of it', () => {
  let bed: ShopTestBed;
  let shopId: string;
  const userId = '777';
  const review = (id = shopId) =>
    bed.api.addReview({ idempotencyKey: newKey(), shopId: id, stars: 5, text: '' }, callByCustomer(userId));
  before(async () => {
    bed = await createShopTestBed();
    [shopId = ''] = await bed.addShops({});
  });
  after(() => bed.stop());

  it('and by nobody else', async () => {
    await assert.rejects(review(), failsWith('REVIEW_NOT_ALLOWED', { shopId }));
    assert.equal((await bed.getShop(shopId)).rating?.reviewCount, 0);
  });

  it('nor is it said that somebody has reviewed it whose right comes while they are refused', async () => {
    const input = { shopId, stars: 5, text: '' };
    const effect = <Result>(work: (em: Session) => Promise<Result>) =>
      bed.deps.database.transaction(async (em) => {
        let statements = 0;
        const execute = async (...statement: Parameters<Session['execute']>) => {
          const rows = await em.execute(...statement);
          if (++statements === 1) await insertReviewer(em, shopId, '778');
          return rows;
        };
        return work(Object.assign(Object.create(em), { execute }));
      });
    await assert.rejects(
      addReview(bed.deps, callByCustomer('778'), input, effect),
      failsWith('REVIEW_NOT_ALLOWED', { shopId }),
    );
    await bed.deps.database.transaction((em) => insertReviewer(em, shopId, '778'));
    await addReview(bed.deps, callByCustomer('778'), input, (work) => bed.deps.database.transaction(work));
  });

  it('from the completion of the order on, once, however often it is told', async () => {
    const [otherId = ''] = await bed.addShops({});
    for (const id of ['a', 'a', 'b']) await allowReviews(bed.deps).handle(completed(id, shopId, userId));
    await review();
    await assert.rejects(review(), failsWith('ALREADY_REVIEWED', { shopId }));
    await assert.rejects(review(otherId), failsWith('REVIEW_NOT_ALLOWED', { shopId: otherId }));
  });
});

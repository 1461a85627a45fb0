import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoAddresses, demoUsers } from '@tiffin/account/data/demo-data';
import { demoCampaigns, demoCoupons } from '@tiffin/activity/data/demo-data';
import { demoFlashSales } from '@tiffin/activity/data/demo-flash-sales';
import { demoCategories, demoGoods } from '@tiffin/goods/data/demo-goods';
import { demoOrders } from '@tiffin/order/data/demo-data';
import { demoShops } from '@tiffin/shop/data/demo-data';
import { demoReviews } from '@tiffin/shop/data/demo-reviews';
import { startPlatform } from './start-platform.ts';

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.id, row]));

const users = byId(demoUsers('hash'));
const shops = byId(demoShops());
const categories = byId(demoCategories());
const goods = byId(demoGoods());
const orders = byId(demoOrders());
const addresses = Map.groupBy(demoAddresses(), ({ userId }) => userId);

/** Each service computes its demo data alone; here they meet. */
describe('the demo data of all services fit together', () => {
  it('shops belong to merchants and to categories', () => {
    for (const { name, ownerId, categoryId } of shops.values()) {
      assert.ok(users.get(ownerId)?.roles.includes('MERCHANT'), name);
      assert.ok(categories.has(categoryId), name);
    }
  });

  it('every merchant has a shop', () => {
    const owners = new Set([...shops.values()].map(({ ownerId }) => ownerId));
    const merchants = [...users.values()].filter(({ roles }) => roles.includes('MERCHANT'));
    assert.deepEqual(owners, new Set(merchants.map(({ id }) => id)));
  });

  it('goods belong to shops, and most to the category of their shop', () => {
    const inTheirShopsCategory = [...goods.values()].filter(({ name, shopId, categoryIds }) => {
      const shop = shops.get(shopId) ?? assert.fail(`${name} belongs to no shop.`);
      assert.ok(categoryIds.every((id) => categories.has(id)));
      return categoryIds.includes(shop.categoryId);
    });
    assert.ok(inTheirShopsCategory.length > 0.7 * goods.size);
  });

  it('reviews were written about shops by users who were there by then', () => {
    for (const { shopId, authorId, createdAt } of demoReviews(shops.size)) {
      assert.ok(shops.has(shopId));
      assert.ok((users.get(authorId) ?? assert.fail()).createdAt < createdAt);
    }
  });

  it('orders hold goods of their shop at the price that these cost', () => {
    for (const { id, shopId, items } of orders.values()) {
      assert.ok(shops.has(shopId));
      for (const { goodsId, unitPrice } of items) {
        const sold = goods.get(goodsId) ?? assert.fail(`Order ${id} holds unknown goods.`);
        assert.equal(sold.shopId, shopId);
        assert.deepEqual(sold.price, unitPrice);
      }
    }
  });

  it('orders went to an address of the user who placed them', () => {
    for (const { id, userId, address, placedAt } of orders.values()) {
      assert.ok((users.get(userId) ?? assert.fail()).createdAt < placedAt);
      const own = addresses.get(userId)?.map(({ id: _, userId: __, ...lines }) => lines);
      const { label } = address;
      assert.deepEqual(
        own?.find((lines) => lines.label === label),
        address,
        id,
      );
    }
  });

  it('no order waits for its payment: nothing is held', () => {
    const statuses = new Set([...orders.values()].map(({ status }) => status));
    assert.deepEqual(statuses, new Set(['COMPLETED', 'CANCELLED']));
  });

  it('flash sales are of goods of open shops, for less than these cost', () => {
    for (const { name, shopId, goodsId, price } of demoFlashSales()) {
      const sold = goods.get(goodsId) ?? assert.fail(`${name} is of unknown goods.`);
      assert.equal(sold.shopId, shopId);
      assert.equal(shops.get(shopId)?.status, 'OPEN');
      assert.equal(sold.price.currency, price.currency);
      assert.ok(price.amountCents < sold.price.amountCents);
    }
  });

  it('coupons belong to users and to campaigns', () => {
    const campaignIds = new Set(demoCampaigns().map(({ id }) => id));
    for (const { userId, campaignId } of demoCoupons()) {
      assert.ok(users.has(userId));
      assert.ok(campaignIds.has(campaignId));
    }
  });
});

it('on the started platform, what the demo customer ordered is there to the last shop', async () => {
  await using platform = await startPlatform();
  const token = await platform.logIn('customer');
  const { data, errors } = await platform.query(
    `{ me { orders(first: 1) { edges { node {
      status address { label street } shop { name }
      items { edges { node { unitPrice { amountCents } goods { name price { amountCents } } } } }
    } } } } }`,
    { token },
  );
  assert.equal(errors, undefined);
  const [{ node: order }] = data.me.orders.edges;
  assert.equal(order.status, 'COMPLETED');
  assert.ok(order.shop.name);
  for (const { node } of order.items.edges) assert.deepEqual(node.unitPrice, node.goods.price);
});

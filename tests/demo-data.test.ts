import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoAddresses, demoUsers } from '@tiffin/account/data/demo-data';
import { demoCategories, demoGoods, openDemoOrders } from '@tiffin/goods/data/demo-goods';
import { demoId } from '@tiffin/lib/demo/demo-id';
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

  it('the stock knows the orders that are open, and no others', () => {
    const open = [...orders.values()].filter(({ status }) => status === 'CREATED');
    const reserved = openDemoOrders();
    assert.deepEqual(
      reserved.map(({ orderId }) => orderId),
      open.map(({ id }) => id),
    );
    for (const [index, { lines, placedAtMs }] of reserved.entries()) {
      const order = open[index] ?? assert.fail();
      assert.equal(order.placedAt.getTime(), placedAtMs);
      assert.deepEqual(
        lines.map(({ goodsNo, quantity }) => ({ goodsId: String(demoId('goods', goodsNo)), quantity })),
        order.items.map(({ goodsId, quantity }) => ({ goodsId, quantity })),
      );
    }
  });
});

it("on the started platform, the demo customer's open order gives its stock back when it is cancelled", async () => {
  await using platform = await startPlatform();
  const token = await platform.logIn('customer');
  const shownOrder = async () => {
    const { data, errors } = await platform.query(
      `{ me { orders(first: 1) { edges { node {
        id status address { label street } shop { name }
        items { edges { node { quantity unitPrice { amountCents } goods { name available price { amountCents } } } } }
      } } } } }`,
      { token },
    );
    assert.equal(errors, undefined);
    return data.me.orders.edges[0].node;
  };
  const open = await shownOrder();
  assert.equal(open.status, 'CREATED');
  assert.ok(open.shop.name);
  for (const { node } of open.items.edges) assert.deepEqual(node.unitPrice, node.goods.price);

  const { data } = await platform.query(
    `mutation ($id: ID!) { cancelOrder(input: { idempotencyKey: "demo-data", orderId: $id }) { __typename } }`,
    { variables: { id: open.id }, token },
  );
  assert.equal(data.cancelOrder.__typename, 'CancelOrderSuccess');
  const cancelled = await shownOrder();
  assert.equal(cancelled.status, 'CANCELLED');
  for (const [index, { node }] of open.items.edges.entries()) {
    assert.equal(cancelled.items.edges[index].node.goods.available, node.goods.available + node.quantity);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { merchant, shopId } from '../goods-test-bed.ts';
import type { GoodsDeps } from './deps.ts';
import { requireGoodsOfOwnShop, requireOwnShop } from './shop-access.ts';

test('who may change goods is decided by the shop as it is now', async () => {
  const seen: CallContext['freshness'][] = [];
  const shops: GoodsDeps['shops'] = {
    async batchGetShops(_, context) {
      seen.push(context.freshness);
      return { shops: [{ shop: Shop.fromPartial({ id: shopId, ownerId: merchant.userId }) }] };
    },
  };
  const deps = { shops } as Partial<GoodsDeps> as GoodsDeps;
  await requireOwnShop(deps, callBy(merchant), shopId);
  await requireGoodsOfOwnShop(deps, callBy(merchant), shopId);
  assert.deepEqual(seen, ['latest', 'latest']);
});

import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

export interface BffClients {
  readonly account: RpcClient<typeof AccountServiceService>;
  readonly goods: RpcClient<typeof GoodsServiceService>;
  readonly order: RpcClient<typeof OrderServiceService>;
  readonly shop: RpcClient<typeof ShopServiceService>;
  readonly tracking: RpcClient<typeof TrackingServiceService>;
}

const maxKeys = 100;

/** What each distinct key stands for, by as many batches as are needed. */
export async function loadAll<Value>(
  keys: Iterable<string>,
  load: (keys: string[]) => Promise<readonly Value[]>,
): Promise<Map<string, Value>> {
  const distinct = [...new Set(keys)];
  const batches: string[][] = [];
  for (let start = 0; start < distinct.length; start += maxKeys)
    batches.push(distinct.slice(start, start + maxKeys));
  const found = new Map<string, Value>();
  const loaded = await Promise.all(batches.map(load));
  for (const [index, batch] of batches.entries()) {
    for (const [place, key] of batch.entries()) {
      const value = loaded[index]?.[place];
      if (value !== undefined) found.set(key, value);
    }
  }
  return found;
}

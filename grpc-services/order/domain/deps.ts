import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { StockReleases } from './stock-releases.ts';

/** What every use case of this service works with. */
export interface OrderDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Tells what happened, in the transaction in which it happens. */
  readonly outbox: Outbox;
  /** Knows which shops there are and whether they are open. */
  readonly shops: Pick<RpcClient<typeof ShopServiceService>, 'batchGetShops'>;
  /** Knows what goods cost. */
  readonly goods: Pick<RpcClient<typeof GoodsServiceService>, 'batchGetGoods'>;
  /** Knows who lives where. */
  readonly accounts: Pick<RpcClient<typeof AccountServiceService>, 'batchGetAddresses'>;
  readonly stock: Pick<RpcClient<typeof StockServiceService>, 'reserveStock' | 'releaseStock'>;
  readonly stockReleases: StockReleases;
}

import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';

/** What every use case of this service works with. */
export interface ShopDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly ids: IdGenerator;
  /** Knows which categories there are. */
  readonly goods: Pick<RpcClient<typeof GoodsServiceService>, 'batchGetCategories'>;
}

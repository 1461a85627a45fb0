import type { Cache } from '@tiffin/lib/cache/cache';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';

/** What every use case of this service works with. */
export interface ShopDeps {
  readonly clock: Clock;
  readonly database: Database;
  /** Shops, their lists and their newest reviews, for those who only read. Whoever writes reads the database. */
  readonly cache: Pick<Cache, 'find'>;
  readonly ids: IdGenerator;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Tells what happened, in the transaction in which it happens. */
  readonly outbox: Outbox;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** Knows which categories there are. */
  readonly goods: Pick<RpcClient<typeof GoodsServiceService>, 'batchGetCategories'>;
}

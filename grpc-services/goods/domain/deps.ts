import type { Cache } from '@tiffin/lib/cache/cache';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Participant } from '@tiffin/lib/tcc/participant';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';

/** What every use case of this service works with. */
export interface GoodsDeps {
  readonly clock: Clock;
  readonly database: Database;
  /** Goods, categories and their lists, for those who only read. Whoever writes reads the database. */
  readonly cache: Pick<Cache, 'find'>;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Tells what happened, in the transaction in which it happens. */
  readonly outbox: Outbox;
  /** The stock's part in the transactions that orders are. */
  readonly branches: Participant;
  /** Knows which shops there are and who owns them. */
  readonly shops: Pick<RpcClient<typeof ShopServiceService>, 'batchGetShops'>;
}

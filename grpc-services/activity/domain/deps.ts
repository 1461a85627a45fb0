import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Participant } from '@tiffin/lib/tcc/participant';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';

/** What every use case of this service works with. */
export interface ActivityDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** The coupons' part in the transactions of orders. */
  readonly branches: Participant;
  /** Knows which users there are. */
  readonly accounts: Pick<RpcClient<AccountServiceService>, 'batchGetUsers'>;
}

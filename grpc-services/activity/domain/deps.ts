import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Participant } from '@tiffin/lib/tcc/participant';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { FlashTicket } from './flash-ticket.ts';

/** What every use case of this service works with. */
export interface ActivityDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** Its events are sent when they are committed. */
  readonly outbox: Outbox;
  /** The coupons' part in the transactions of orders. */
  readonly branches: Participant;
  /** The units of flash sales in the same transactions. */
  readonly claims: Participant;
  /** Knows which users there are. */
  readonly accounts: Pick<RpcClient<AccountServiceService>, 'batchGetUsers'>;
  /** Knows what flash sales can sell. */
  readonly goods: Pick<RpcClient<GoodsServiceService>, 'batchGetGoods'>;
  /**
   * Told of each ticket as it is after a claim, a sale, a return or an end, when that has committed; not told where the
   * process died in between. Returns at once and never throws.
   */
  readonly ticketMoved: (ticket: FlashTicket) => void;
}

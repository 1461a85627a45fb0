import type { Clock } from '@tiffin/lib/clock/clock';
import type { DelayedTasks } from '@tiffin/lib/delayed/delayed-tasks';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { SignalPublisher } from '@tiffin/lib/live/live-signals';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Coordinator } from '@tiffin/lib/tcc/coordinator';
import type { StuckTransactions } from '@tiffin/lib/tcc/stuck-transactions';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type {
  FlashSaleServiceService,
  FlashSaleStockServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { OrderParticipants } from './participants.ts';

/** A transaction of the database, under way. */
export type Session = Parameters<Outbox['add']>[0];

/** What every use case of this service works with. */
export interface OrderDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Tells what happened, in the transaction in which it happens. */
  readonly outbox: Outbox;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** Knows which shops there are and whether they are open. */
  readonly shops: Pick<RpcClient<typeof ShopServiceService>, 'batchGetShops'>;
  /** Knows what goods cost. */
  readonly goods: Pick<RpcClient<typeof GoodsServiceService>, 'batchGetGoods'>;
  /** Knows who lives where. */
  readonly accounts: Pick<RpcClient<typeof AccountServiceService>, 'batchGetAddresses'>;
  /** Knows who may pay less. */
  readonly coupons: Pick<RpcClient<typeof CouponServiceService>, 'batchGetCoupons'>;
  /** Knows what became of places in the queues of flash sales. */
  readonly tickets: Pick<RpcClient<typeof FlashSaleServiceService>, 'batchGetFlashSaleTickets'>;
  /** Ends those that no order comes of. */
  readonly flashSales: Pick<RpcClient<typeof FlashSaleStockServiceService>, 'endTicket'>;
  /** Holds what an order takes from the services that have it, and spends or frees all of it. */
  readonly transactions: Coordinator<OrderParticipants>;
  readonly stuckTransactions: StuckTransactions;
  /** Does later what nobody will ask for. */
  readonly delayedTasks: DelayedTasks;
  /** Wakes those who watch what changes. */
  readonly signals: SignalPublisher;
}

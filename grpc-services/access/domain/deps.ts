import type { Clock } from '@tiffin/lib/clock/clock';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { VerdictStore } from '../data/verdict-store.ts';
import type { RuleCache } from './rule-cache.ts';

/** What every use case of this service works with. */
export interface AccessDeps {
  readonly clock: Clock;
  /** Knows since when users are there, and where they live. */
  readonly accounts: Pick<RpcClient<typeof AccountServiceService>, 'batchGetUsers' | 'batchListAddresses'>;
  /** Knows how often they have ordered. */
  readonly orders: Pick<RpcClient<typeof OrderServiceService>, 'batchCountCompletedOrders'>;
  readonly rules: RuleCache;
  readonly verdicts: VerdictStore;
}

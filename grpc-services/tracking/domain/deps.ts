import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { LossySender } from '@tiffin/lib/events/lossy-sender';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import type { DirtyStore } from '../data/dirty-store.ts';
import type { ViewStore } from '../data/view-store.ts';
import type { TrackingMetrics } from './tracking-metrics.ts';

/** What every use case of this service works with. */
export interface TrackingDeps {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly metrics: TrackingMetrics;
  readonly database: Database;
  /** What Redis knows of what users look at. */
  readonly views: ViewStore;
  /** What of it the database does not know yet. */
  readonly dirty: DirtyStore;
  /** Tells what users do, where that may be lost. */
  readonly behaviors: LossySender<Behavior>;
  /** These know what there is to look at. */
  readonly shops: Pick<RpcClient<ShopServiceService>, 'batchGetShops'>;
  readonly goods: Pick<RpcClient<GoodsServiceService>, 'batchGetGoods'>;
}

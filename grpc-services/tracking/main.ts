import { randomBytes, randomUUID } from 'node:crypto';
import { createLossySender } from '@tiffin/lib/events/lossy-sender';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { behavior } from '@tiffin/proto/topics/tracking-topics';
import { trackingApi } from './api/tracking-api.ts';
import { createDirtyStore } from './data/dirty-store.ts';
import { migrations } from './data/migrations.ts';
import { createViewStore } from './data/view-store.ts';
import type { TrackingDeps } from './domain/deps.ts';
import { createViewKeeper } from './domain/keep-views.ts';
import { createTrackingMetrics } from './domain/tracking-metrics.ts';
import { keepViews } from './jobs/keep-views.ts';
import { foldsCounters } from './tasks/fold-counters.ts';
import { writesBack } from './tasks/write-back.ts';

/** Starts the tracking service: what users look at. All of it may be lost. */
export const start: StartService = async (platform) => {
  const { clock, logger, metrics, bus } = platform;
  const database = await platform.openDatabase({ schema: 'tracking', entities: [], migrations });
  const redis = platform.redis();
  const behaviors = createLossySender({
    topic: behavior,
    bus,
    clock,
    logger,
    metrics,
    newEventId: randomUUID,
  });
  const deps: TrackingDeps = {
    clock,
    logger,
    metrics: createTrackingMetrics(metrics),
    database,
    views: createViewStore({ redis, newEpoch }),
    dirty: createDirtyStore(redis, newEpoch),
    behaviors,
    shops: platform.client(ShopServiceService),
    goods: platform.client(GoodsServiceService),
  };
  const keeper = createViewKeeper(deps);
  return {
    rpc: [bindRpc(TrackingServiceService, trackingApi(deps))],
    jobs: [keepViews(keeper)],
    tasks: [writesBack(deps), foldsCounters(deps)],
    flush: () => behaviors.stop(),
    async stop() {
      await behaviors.stop();
      await keeper.stop();
      await database.close();
    },
  };
};

/** 48 random bits, above zero. */
const newEpoch = () => String(randomBytes(6).readUIntBE(0, 6) + 1);

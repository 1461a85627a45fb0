import { randomUUID } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import type { SendOutcome } from '@tiffin/lib/events/event-bus';
import { createLossySender } from '@tiffin/lib/events/lossy-sender';
import type { RpcClient, ServiceDefinition } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import { BehaviorKind, type TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { behavior } from '@tiffin/proto/topics/tracking-topics';
import { trackingApi } from './api/tracking-api.ts';
import { createDirtyStore } from './data/dirty-store.ts';
import { migrations } from './data/migrations.ts';
import type { Seen, View } from './data/view.ts';
import { createViewStore } from './data/view-store.ts';
import type { TrackingDeps } from './domain/deps.ts';
import { createTrackingMetrics } from './domain/tracking-metrics.ts';

/** What `openDatabase` needs beside an engine. */
export const trackingSchema = { schema: 'tracking', entities: [], migrations };

export const customer = userWith('17', 'CUSTOMER');
export const administrator = userWith('3', 'ADMIN');

export type TrackingTestBed = Awaited<ReturnType<typeof createTrackingTestBed>>;

/** The service over tables and a Redis of its own, in memory unless servers are given; and a bus that notes what is sent. */
export async function createTrackingTestBed(engine?: Pick<DatabaseOptions, 'url'>, redisUrl?: string) {
  const { database, statements, stop } = await openTestDatabase(trackingSchema, engine);
  const redis = await openRedis(redisUrl ? { url: redisUrl } : { keyspace: randomUUID() });
  const clock = new VirtualClock(1_900_000_000_000);
  const metrics = createMetrics();
  const sent: Behavior[] = [];
  const bus = {
    answer: async (events: readonly Event[]): Promise<readonly SendOutcome[]> =>
      events.map(() => ({ kind: 'sent' })),
    async send(events: readonly Event[]) {
      const outcomes = await bus.answer(events);
      sent.push(...events.map(({ payload }) => Behavior.decode(payload)));
      return outcomes;
    },
  };
  const missing = new Set<string>();
  const asked: string[][] = [];
  let epochs = 0;
  const newEpoch = () => String(++epochs);
  const logger = silentLogger;
  const deps: TrackingDeps = {
    clock,
    logger,
    metrics: createTrackingMetrics(metrics),
    database,
    views: createViewStore({ redis, newEpoch }),
    dirty: createDirtyStore(redis, newEpoch),
    behaviors: createLossySender({ topic: behavior, bus, clock, logger, metrics, newEventId: randomUUID }),
    ...allButSome(missing, asked),
  };
  const api: RpcClient<TrackingServiceService> = trackingApi(deps);
  return {
    api,
    deps,
    clock,
    redis,
    bus,
    sent,
    statements,
    /** Shops and goods that do not exist, as `kind:id`; all others do. */
    missing,
    /** The ids of each rpc to shop or goods, as `kind:id`. */
    asked,
    /** Puts views into Redis, as the job does. */
    see: (...views: View[]) => deps.views.keep(views, clock.now()),
    /** A user's history as `kind:id`, latest first. */
    async history(userId: string, first = 100): Promise<string[]> {
      const asked = { pages: [{ parentId: userId, first }] };
      const { pages } = await api.batchListUserHistory(asked, callBy(userWith(userId)));
      return pages[0]?.edges.map(({ entry }) => `${numberOf(entry?.kind)}:${entry?.targetId}`) ?? [];
    },
    /** The rows of a user as `kind:id`, latest first. */
    async rows(userId: string): Promise<string[]> {
      const rows = await database.query<{ name: string }>(
        `select kind || ':' || target_id as name from tracking.history where user_id = ?
         order by at desc, kind desc, target_id desc`,
        [userId],
      );
      return rows.map(({ name }) => name);
    },
    /** The sum of a metric over the label sets that match. */
    async metric(name: string, labels = ''): Promise<number> {
      const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
      const own = lines.filter((line) => line.includes(labels));
      return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    /** Forgets what both stores know. */
    async clear() {
      await redis.flushall();
      await database.query('truncate tracking.history, tracking.counter, tracking.counter_total');
      sent.splice(0);
      statements.splice(0);
      missing.clear();
      asked.splice(0);
    },
    async stop() {
      await closeRedis(redis);
      await stop();
    },
  };
}

/** A shop service and a goods service that know all but `missing`, and note what they are asked for. */
export function allButSome(
  missing: ReadonlySet<string> = new Set(),
  asked: string[][] = [],
): Pick<TrackingDeps, 'shops' | 'goods'> {
  const note = (kind: number, ids: readonly string[]) => void asked.push(ids.map((id) => `${kind}:${id}`));
  return {
    shops: {
      async batchGetShops({ ids }) {
        note(1, ids);
        return {
          shops: ids.map((id) => ({ shop: missing.has(`1:${id}`) ? undefined : Shop.fromPartial({ id }) })),
        };
      },
    },
    goods: {
      async batchGetGoods({ ids }) {
        note(2, ids);
        return {
          goods: ids.map((id) => ({ goods: missing.has(`2:${id}`) ? undefined : Goods.fromPartial({ id }) })),
        };
      },
    },
  };
}

/** For a platform: shop and goods, where everything exists. */
export const clientOfOthers: Platform['client'] = <Service extends ServiceDefinition>() => {
  const { shops, goods } = allButSome();
  return { ...shops, ...goods } as unknown as RpcClient<Service>;
};

const numberOf = (kind: BehaviorKind | undefined) => (kind === BehaviorKind.SHOP_VIEWED ? 1 : 2);

/** Somebody looks at goods. */
export const look = (userId: string | undefined, targetId: string, atMs: number): View => ({
  userId,
  kind: 2,
  targetId,
  atMs,
});

export const seen = (targetId: string, atMs: number): Seen => ({ kind: 2, targetId, atMs });

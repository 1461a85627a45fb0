import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import type {
  BatchCheckAccessRequest,
  CheckAccessRequest,
  CheckAccessResponse,
} from '@tiffin/proto/gen/tiffin/access/v1/access';
import type {
  FlashSaleServiceService,
  JoinFlashSaleResponse,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { type ActivityTestBed, createActivityTestBed } from './activity-test-bed.ts';
import { flashSaleJoinApi } from './api/flash-sale-join-api.ts';
import { createSaleCounters, type SaleCounters } from './data/sale-counters.ts';
import { type JoinDeps, openJoins } from './domain/join-deps.ts';
import { CounterReconciler } from './domain/reconcile-counters.ts';
import { userToken } from './domain/user-token.ts';

export interface JoinTestBedOptions {
  /** Default: in memory. */
  readonly engine?: Pick<DatabaseOptions, 'url' | 'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs'>;
  /** New ids follow it; beds on one engine need different ones. */
  readonly lastId?: bigint;
  /** Default: inside this process, one of its own. */
  readonly redis?: RedisClient;
  /** What stands between the use cases and Redis. */
  readonly wrap?: (counters: SaleCounters) => SaleCounters;
}

/** One process that users join flash sales through, above the tables of the activity bed. */
export interface JoinTestBed {
  readonly bed: ActivityTestBed;
  readonly api: Pick<
    RpcHandlers<FlashSaleServiceService>,
    'batchGetEligibility' | 'flashSaleToken' | 'joinFlashSale'
  >;
  readonly deps: JoinDeps;
  readonly redis: RedisClient;
  readonly metrics: Metrics;
  readonly reconciler: CounterReconciler;
  /** The questions to access; what it answers is `verdict`, which lets everybody in at first. */
  readonly asked: CheckAccessRequest[];
  readonly askedOfMany: BatchCheckAccessRequest[];
  verdict: CheckAccessResponse;
  /** The id of a flash sale that runs, which the board knows and Redis has loaded. */
  addSale(stock: number, override?: Parameters<ActivityTestBed['addFlashSale']>[0]): Promise<string>;
  /** Joins with a token of one's own, for the address 7 unless another one is named. */
  join(flashSaleId: string, userId: string, addressId?: string): Promise<JoinFlashSaleResponse>;
  tokenOf(flashSaleId: string, userId: string): Promise<string>;
  /** Tickets of a flash sale in the database. */
  tickets(flashSaleId: string): Promise<{ readonly id: string; readonly user_id: string }[]>;
  /** Events of joins that wait to be sent. */
  events(): Promise<number>;
  /** Rounds of the reconciler with the time between them. */
  reconcile(rounds: number): Promise<void>;
  stop(): Promise<void>;
}

const allowed: CheckAccessResponse = {
  isAllowed: true,
  failedRule: 'ACCESS_RULE_KIND_UNSPECIFIED',
  reason: '',
};
let keyspaces = 0;

export const callOf = (userId: string): CallContext => callBy(userWith(userId, 'CUSTOMER'));

export async function openJoinTestBed(options: JoinTestBedOptions = {}): Promise<JoinTestBed> {
  const bed = await createActivityTestBed(options.engine, options.lastId);
  const { clock } = bed;
  const { database, ids, outbox } = bed.deps;
  const redis = options.redis ?? (await openRedis({ keyspace: `join-${++keyspaces}` }));
  const metrics = createMetrics();
  const counters = createSaleCounters(redis, clock);
  const asked: CheckAccessRequest[] = [];
  const askedOfMany: BatchCheckAccessRequest[] = [];
  const { wrap = (same) => same } = options;
  const opened = openJoins({
    ...{ clock, database, ids, outbox, redis, metrics },
    logger: silentLogger,
    random: () => 0,
    counters: wrap(counters),
    access: {
      async checkAccess(request) {
        asked.push(request);
        await database.ping();
        return joins.verdict;
      },
      async batchCheckAccess(request) {
        askedOfMany.push(request);
        await database.ping();
        return { verdicts: request.flashSales.map(() => ({ verdict: joins.verdict })) };
      },
    },
  });
  const { deps } = opened;
  const api = flashSaleJoinApi(deps);
  const reconciler = new CounterReconciler({ ...deps, logger: silentLogger, metrics });

  const joins: JoinTestBed = {
    ...{ bed, api, deps, redis, metrics, reconciler, asked, askedOfMany },
    verdict: allowed,
    async addSale(stock, override) {
      const id = await bed.addFlashSale(override, stock);
      await deps.board.refresh();
      const sale = await deps.board.find(id);
      if (sale) while (!(await deps.loader.load(sale)));
      return id;
    },
    async join(flashSaleId, userId, addressId = '7') {
      const token = await joins.tokenOf(flashSaleId, userId);
      return api.joinFlashSale({ flashSaleId, token, addressId }, callOf(userId));
    },
    async tokenOf(flashSaleId, userId) {
      const secret = await deps.secrets.of(flashSaleId);
      if (!secret) throw new Error(`There is no flash sale ${flashSaleId}.`);
      return userToken(secret, userId);
    },
    tickets: (flashSaleId) =>
      database.query('select id, user_id from activity.flash_sale_ticket where flash_sale_id = ?', [
        flashSaleId,
      ]),
    async events() {
      const [row] = await database.query<{ n: number }>(
        "select count(*)::integer as n from activity.outbox where topic = 'flashsale.joined.v1'",
      );
      return row?.n ?? 0;
    },
    async reconcile(rounds) {
      for (let round = 0; round < rounds; round++) {
        await clock.advance(2_000);
        await deps.board.refresh();
        await reconciler.round();
      }
    },
    async stop() {
      await opened.stop();
      await bed.stop();
    },
  };
  return joins;
}

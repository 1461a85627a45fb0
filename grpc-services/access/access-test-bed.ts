import { randomUUID } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { closeRedis, openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createInProcessTransport } from '@tiffin/lib/rpc/in-process-transport';
import { RecordedCalls } from '@tiffin/lib/rpc/recorded-calls';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { createRpcClient } from '@tiffin/lib/rpc/rpc-client';
import { createRpcServer } from '@tiffin/lib/rpc/rpc-server';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import {
  type AccessRule,
  AccessServiceService,
  type BatchCheckAccessRequest,
  type CheckAccessRequest,
  type CheckAccessResponse,
} from '@tiffin/proto/gen/tiffin/access/v1/access';
import { Address, User } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { accessApi } from './api/access-api.ts';
import { createVerdictStore } from './data/verdict-store.ts';
import { createCheckAccess } from './domain/check-access.ts';
import type { AccessDeps } from './domain/deps.ts';
import { createRuleCache } from './domain/rule-cache.ts';

export const dayMs = 86_400_000;
/** Has an account of 100 days, the addresses 1 in Mitte and 2 in Wedding, and 3 completed orders. */
export const userId = '17';

export type Read = 'batchGetUsers' | 'batchListAddresses' | 'batchCountCompletedOrders';

export const olderThan = (minDays: number): AccessRule => ({
  rule: { $case: 'accountAge', value: { minDays } },
});
export const livesIn = (...areas: string[]): AccessRule => ({ rule: { $case: 'area', value: { areas } } });
export const orderedOften = (minOrders: number): AccessRule => ({
  rule: { $case: 'pastOrders', value: { minOrders } },
});

export interface AccessTestBed {
  readonly api: RpcClient<AccessServiceService>;
  readonly clock: VirtualClock;
  readonly redis: RedisClient;
  /** What was asked of other services; tests empty it. */
  readonly reads: Read[];
  /** What comes between a read and its answer. */
  fault: (read: Read) => Promise<void> | void;
  /** Another process of the service, on the same Redis unless another is given. */
  another(redis?: RedisClient): RpcClient<AccessServiceService>;
  /** What the service is told of a user with some rules, as one of our own processes. */
  ask(
    rules: AccessRule[],
    change?: Partial<CheckAccessRequest>,
    api?: RpcClient<AccessServiceService>,
  ): ReturnType<RpcClient<AccessServiceService>['checkAccess']>;
  /** The same of many flash sales: for each the verdict, where there is one. */
  askOfMany(
    rulesOfSales: AccessRule[][],
    change?: Partial<BatchCheckAccessRequest>,
    api?: RpcClient<AccessServiceService>,
  ): Promise<(CheckAccessResponse | undefined)[]>;
  stop(): Promise<void>;
}

/** Flash sales with these rules: the first is the one that `ask` asks about. */
export const salesWith = (rulesOfSales: AccessRule[][]) =>
  rulesOfSales.map((rules, index) => ({ flashSaleId: String(5 + index), version: 1, rules }));

/** On a Redis of its own in memory, unless a server is given. */
export async function createAccessTestBed(redisUrl?: string): Promise<AccessTestBed> {
  const clock = new VirtualClock(1_900_000_000_000);
  const redis = await openRedis(redisUrl ? { url: redisUrl } : { keyspace: randomUUID() });
  const reads: Read[] = [];
  const createdAt = new Date(clock.now() - 100 * dayMs);
  const areas = ['Mitte', 'Wedding'];
  const read = async <Answer>(name: Read, context: CallContext, answer: () => Answer): Promise<Answer> => {
    reads.push(name);
    if (context.identity.kind !== 'service') throw new Error('Users are not shown this.');
    await bed.fault(name);
    return answer();
  };
  const neighbours: Pick<AccessDeps, 'accounts' | 'orders'> = {
    accounts: {
      batchGetUsers: ({ ids }, context) =>
        read('batchGetUsers', context, () => ({
          users: ids.map((id) => ({ user: id === userId ? User.fromPartial({ id, createdAt }) : undefined })),
        })),
      batchListAddresses: ({ pages }, context) =>
        read('batchListAddresses', context, () => ({
          pages: pages.map(({ parentId }) => ({
            edges: (parentId === userId ? areas : []).map((area, index) => ({
              address: Address.fromPartial({ id: String(index + 1), userId: parentId, lines: { area } }),
              cursor: '',
            })),
            hasNextPage: false,
          })),
        })),
    },
    orders: {
      batchCountCompletedOrders: ({ userIds }, context) =>
        read('batchCountCompletedOrders', context, () => ({
          counts: userIds.map((id) => (id === userId ? 3 : 0)),
        })),
    },
  };
  function another(client = redis): RpcClient<AccessServiceService> {
    const { metrics, logger } = new RecordedCalls();
    const checkAccess = createCheckAccess({
      ...neighbours,
      clock,
      rules: createRuleCache(clock),
      verdicts: createVerdictStore(client),
    });
    const services = [bindRpc(AccessServiceService, accessApi(checkAccess))];
    const server = createRpcServer({ clock, metrics, logger, services, declaredCodes: rpcErrorCodes });
    const observe = { clock, metrics, logger, timeoutMs: 60_000 };
    return createRpcClient(AccessServiceService, createInProcessTransport(server), observe);
  }
  const api = another();
  const bed: AccessTestBed = {
    api,
    clock,
    redis,
    reads,
    fault: () => {},
    another,
    ask: (rules, change = {}, asked = api) =>
      asked.checkAccess({ flashSaleId: '5', version: 1, userId, rules, ...change }, callBy(ownProcess)),
    async askOfMany(rulesOfSales, change = {}, asked = api) {
      const request = { userId, flashSales: salesWith(rulesOfSales), ...change };
      const { verdicts } = await asked.batchCheckAccess(request, callBy(ownProcess));
      return verdicts.map(({ verdict }) => verdict);
    },
    stop: () => closeRedis(redis),
  };
  return bed;
}

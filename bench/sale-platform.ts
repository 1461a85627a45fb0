import { readFileSync } from 'node:fs';
import { userToken } from '@tiffin/activity/domain/user-token';
import { systemClock } from '@tiffin/lib/clock/clock';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { createInternalTokens } from '@tiffin/lib/identity/internal-token';
import { createGrpcTransport } from '@tiffin/lib/rpc/grpc-transport';
import { createRpcClient } from '@tiffin/lib/rpc/rpc-client';
import { createRpcMetrics } from '@tiffin/lib/rpc/rpc-metrics';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import type { RealRedis } from '@tiffin/lib/testing/real-redis';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { FlashSaleServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { type Books, openBooks } from '../tests/chaos/sale/open-books.ts';
import { spawnTiffin } from '../tests/spawn-platform.ts';
import { splitSettings } from '../tests/split-settings.ts';
import { clientOf } from '../tests/start-platform.ts';

/** A sale that runs for an hour, unless it says otherwise. */
export interface BenchedSale {
  readonly left: number;
  /** Units that are sold already: they count as stock. Default 0. */
  readonly sold?: number;
  /** Of its start, from now on. Default -1,000. */
  readonly startsInMs?: number;
  /** Area rules, as they are stored. Default none. */
  readonly rules?: string;
}

/** The processes that are measured, each of which runs what is named. */
export const measured = {
  activity: 'activity:api',
  gateway: 'gateway,shop-subgraph,order-subgraph,user-subgraph',
} as const;
export type Measured = keyof typeof measured;

/** Microseconds. */
export interface CpuOfAll extends Readonly<Record<Measured | 'redis', number>> {
  /** Undefined where its processes are not on this machine. */
  readonly postgres: number | undefined;
}

/** The service of flash sales as a process, with those that it asks, on real engines. */
export interface SalePlatform extends AsyncDisposable {
  readonly client: RpcClient<typeof FlashSaleServiceService>;
  readonly gateway: ReturnType<typeof clientOf>;
  /** Signs access tokens. */
  readonly signingKey: string;
  readonly books: Books;
  addSale(sale: BenchedSale): Promise<string>;
  tokenOf(userId: string): string;
  /** Everything that a process says of itself. */
  metrics(of: Measured): Promise<string>;
  /** CPU that each of them has taken so far, all threads, in µs. */
  cpu(): Promise<CpuOfAll>;
}

const secret = Buffer.alloc(32, 7);
const hourMs = 3_600_000;

export async function startSalePlatform(
  postgres: { readonly url: string },
  redis: RealRedis,
): Promise<SalePlatform> {
  await using stack = new AsyncDisposableStack();
  // Nothing is sent: whoever relays events is not there.
  process.env['TEST_KAFKA_BROKERS'] ??= '127.0.0.1:1';
  const settings: Record<string, string> = {
    ...(await splitSettings({ postgres, redis })),
    ...{ PORT: '0', SHOP_SUBGRAPH_PORT: '0', ORDER_SUBGRAPH_PORT: '0', USER_SUBGRAPH_PORT: '0' },
    ...{ RATE_LIMIT_PER_ADDRESS: '0', DEMO_DATA: 'false' },
  };
  const activity = stack.use(await spawnTiffin(['--run', measured.activity], settings));
  stack.use(await spawnTiffin(['--run', 'access,account:api'], settings));
  const gateway = stack.use(await spawnTiffin(['--run', measured.gateway], settings));
  const redisClient = await openRedis({ url: redis.url, commandTimeoutMs: 10_000 });
  stack.defer(() => closeRedis(redisClient));
  const books = await openBooks(postgres.url);
  stack.defer(() => books.close());
  const observe = { clock: systemClock, logger: silentLogger, metrics: createRpcMetrics(createMetrics()) };
  const tokens = createInternalTokens({
    secret: settings['INTERNAL_TOKEN_SECRET'] ?? '',
    clock: systemClock,
  });
  const transport = createGrpcTransport({
    address: settings['ACTIVITY_URL'] ?? '',
    tokens,
    clock: systemClock,
  });
  stack.defer(() => transport.close());
  const ops = {
    activity: clientOf(activity.addressOf('ops')),
    gateway: clientOf(gateway.addressOf('gateway')),
  };
  let sales = 0;
  const opened = stack.move();
  return {
    client: createRpcClient(FlashSaleServiceService, transport, { ...observe, timeoutMs: 10_000 }),
    gateway: ops.gateway,
    signingKey: settings['TOKEN_SIGNING_KEY'] ?? '',
    books,
    async addSale({ left, sold = 0, startsInMs = -1_000, rules = '[]' }) {
      const id = String(++sales);
      const startsAt = new Date(Date.now() + startsInMs);
      const endsAt = new Date(startsAt.getTime() + hourMs);
      await books.query(
        `insert into activity.flash_sale (id, name, shop_id, goods_id, price_cents, currency, starts_at, ends_at, rules,
           secret, version, left_units, reserved, sold)
         values (?, 'Bench', 1, 1, 99, 'EUR', ?::timestamptz, ?::timestamptz, ?::jsonb, ?::bytea, 1, ?, 0, ?)`,
        [id, startsAt.toISOString(), endsAt.toISOString(), rules, secret, left, sold],
      );
      return id;
    },
    tokenOf: (userId) => userToken(secret, userId),
    metrics: async (of) => (await fetch(`${ops[of].url}/metrics`)).text(),
    async cpu() {
      const ofProcess = async (of: Measured) =>
        (await ops[of].metric('process_cpu_seconds_total')) * 1_000_000;
      return {
        activity: await ofProcess('activity'),
        gateway: await ofProcess('gateway'),
        postgres: await postgresCpu(books),
        redis: redisCpu(await redisClient.info('cpu')),
      };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Linux has had this value on every platform that Node.js runs on. */
const ticksPerSecond = 100;

/** Of the sessions with this database, and of those who write for all. One that has ended is missing. */
async function postgresCpu({ query }: Books): Promise<number | undefined> {
  const rows = await query<{ pid: number }>(
    `select pid from pg_stat_activity
     where datname = current_database() or backend_type in ('walwriter', 'background writer', 'checkpointer')`,
  );
  const ticks = rows.map(({ pid }) => ticksOf(pid)).filter((each) => each !== undefined);
  if (ticks.length === 0) return undefined;
  return (ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond) * 1_000_000;
}

/** Undefined where a process has ended, or where what has its number here is something else. */
function ticksOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const nameEnd = text.lastIndexOf(')');
    if (!text.slice(0, nameEnd).includes('(postgres')) return undefined;
    // Behind the name, which may hold anything: proc_pid_stat(5).
    const fields = text.slice(nameEnd + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}

function redisCpu(info: string): number {
  const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
  );
  return seconds.reduce((sum, each) => sum + each, 0) * 1_000_000;
}

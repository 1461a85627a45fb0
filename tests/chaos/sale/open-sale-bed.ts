import { leftKey, promisedKey } from '@tiffin/activity/data/keys';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { type LossyProxy, startLossyProxy } from '@tiffin/lib/testing/lossy-proxy';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { type OpenedDatabases, openAuditedDatabases } from '../../../scripts/audit/open-databases.ts';
import { clientOf } from '../../start-platform.ts';
import type { Gateway } from '../attempt.ts';
import { type Books, openBooks } from './open-books.ts';
import { addSaleBuyers, type SaleBuyer } from './sale-buyers.ts';
import { type SaleFleet, startSaleFleet } from './sale-fleet.ts';

/** A platform of processes, and all who want to buy there. */
export interface SaleBed extends AsyncDisposable {
  readonly fleet: SaleFleet;
  /** Each request goes to the other of the two. */
  readonly gateway: Gateway;
  /** A token of an admin: each lasts 15 minutes, which many sales do not. */
  readonly logInAdmin: () => Promise<string>;
  readonly buyers: readonly SaleBuyer[];
  readonly books: Books;
  readonly audited: OpenedDatabases;
  /** What stands between all processes and Redis. */
  readonly proxy: LossyProxy;
  /** Has Redis lose everything. */
  flush(): Promise<void>;
  /** Says what Redis counts: `0 left, 0 promised`. */
  leftInRedis(saleId: string): Promise<string>;
}

/** `seed` fixes what gets lost; who is killed and what buyers do follows from the seed of each sale. */
export async function openSaleBed(seed: number, buyerCount: number): Promise<SaleBed> {
  await using stack = new AsyncDisposableStack();
  const [postgres, server] = await Promise.all([createRealPostgres(), startRealRedis()]);
  stack.defer(() => postgres.drop());
  stack.defer(() => server.stop());
  const random = DemoRandom.of('replies of Redis', seed);
  const proxy = await startLossyProxy({ url: server.url, random: () => random.next() });
  stack.defer(() => proxy.stop());
  const fleet = stack.use(await startSaleFleet({ postgres, redis: proxy }, seed));
  const books = await openBooks(postgres.url);
  stack.defer(() => books.close());
  const audited = await openAuditedDatabases({
    databaseUrlOf: () => ({ url: postgres.url, variable: 'TEST_DATABASE_URL' }),
    dataDir: '',
  });
  stack.defer(() => audited.close());
  const redis = await openRedis({ url: server.url, commandTimeoutMs: 10_000 });
  stack.defer(() => closeRedis(redis));
  const clients = fleet.urls.map(clientOf) as [ReturnType<typeof clientOf>, ReturnType<typeof clientOf>];
  const buyers = await addSaleBuyers(books, fleet.settings['TOKEN_SIGNING_KEY'] ?? '', buyerCount);
  let requests = 0;
  const opened = stack.move();
  return {
    ...{ fleet, buyers, books, audited, proxy },
    logInAdmin: () => clients[0].logIn('admin'),
    gateway: { query: (...args) => clients[++requests % 2 === 0 ? 0 : 1].query(...args) },
    async flush() {
      await redis.flushall();
    },
    async leftInRedis(saleId) {
      const [left, promised] = await Promise.all([
        redis.get(leftKey(saleId)),
        redis.zcard(promisedKey(saleId)),
      ]);
      return `${left} left, ${promised} promised`;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { AppError } from '@tiffin/lib/errors/app-error';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import type { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { start } from './main.ts';

test('the service fills its index once the others answer, refreshes it, and stops', async () => {
  const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const clock = new VirtualClock(1_900_000_000_000);
  let shopNames: string[] | undefined;
  const others = {
    async listShops() {
      if (!shopNames) throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
      const edges = shopNames.map((name, index) => ({
        shop: Shop.fromPartial({ id: `${index + 1}`, name }),
        cursor: name,
      }));
      return { edges, hasNextPage: false };
    },
    batchListShopGoods: async ({ pages }: { pages: unknown[] }) => ({
      pages: pages.map(() => ({ edges: [], hasNextPage: false })),
    }),
  };
  const platform: Partial<Platform> = {
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    env: { SEARCH_REINDEX_INTERVAL: '5m' },
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    client: <Service>() => others as unknown as RpcClient<Service>,
  };
  const service = await start(platform as Platform);
  const scope = new TaskScope(platform as Platform);
  for (const task of service.tasks ?? []) {
    await task.beforeReady?.(new AbortController().signal);
    scope.run(task.name, task.run);
  }
  const api = service.rpc[0]?.handlers as unknown as RpcClient<SearchServiceService>;
  const find = async (text: string) =>
    (await api.search({ text, kinds: [], first: 9 }, callBy())).edges.map(({ hit }) => hit?.id);
  /** Waits in real time for what runs on the real database. */
  const until = async (text: string) => {
    for (let turn = 0; turn < 10_000 && (await find(text)).length === 0; turn++) await clock.advance(1);
    return find(text);
  };
  assert.deepEqual(await find('umi'), [], 'it answers while there is no index');
  shopNames = ['Sushi Umi'];
  await clock.advance(1_000);
  assert.deepEqual(await until('umi'), ['1']);
  shopNames = ['Sushi Umi', 'Forno Bello'];
  await clock.advance(5 * 60_000);
  assert.deepEqual(await until('forno'), ['2']);
  assert.deepEqual(await scope.stop(), []);
  await service.stop();
  assert.equal(clock.pendingTimers, 0);
  await embedded.close();
});

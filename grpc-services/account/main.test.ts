import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { ConfigError } from '@tiffin/lib/config/config';
import { openDatabase } from '@tiffin/lib/engines/database';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import { openIdGenerator } from '@tiffin/lib/ids/id-generator';
import { silentProgress } from '@tiffin/lib/service/progress';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { start } from './main.ts';

suite('account, started', () => {
  let embedded: EmbeddedPostgres;
  let dataDir: string;
  let redis: RedisClient;
  before(async () => {
    embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
    redis = await openRedis({ keyspace: 'account-main' });
    dataDir = mkdtempSync(join(tmpdir(), 'tiffin-account-'));
  });
  after(async () => {
    await embedded.close();
    rmSync(dataDir, { recursive: true });
  });

  const platform = (env: Platform['env'], demoData = true): Platform => ({
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    env,
    dataDir,
    demoData,
    progress: () => silentProgress,
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    openIds: (database) => openIdGenerator({ database, clock: systemClock }),
    redis: () => redis,
    bus: { send: () => assert.fail('account sends no events') },
    client: () => assert.fail('account calls nobody'),
  });

  test('answers its rpc services, names the demo accounts, and starts again on the same data', async () => {
    for (let n = 0; n < 2; n++) {
      const service = await start(platform({}));
      const paths = service.rpc.flatMap(({ definition }) =>
        Object.values(definition).map(({ path }) => path),
      );
      assert.ok(paths.includes('/tiffin.account.v1.AccountService/Login'));
      assert.ok(paths.includes('/tiffin.account.v1.AccountAdminService/GrantRole'));
      assert.ok(paths.includes('/tiffin.account.v1.WalletService/TopUpWallet'));
      assert.ok(paths.includes('/tiffin.account.v1.FundsService/HoldFunds'));
      assert.equal(service.notes?.length, 3);
      assert.match(service.notes?.[0] ?? '', /customer@tiffin\.example.*tiffin-demo/);
      await service.stop();
    }
  });

  test('names no demo accounts where none are wanted', async () => {
    const service = await start(platform({}, false));
    assert.deepEqual(service.notes, []);
    await service.stop();
  });

  test('refuses bad variables by name, before it opens anything', async () => {
    const env = { ACCOUNT_MAX_HASHES: '0', ACCOUNT_LOGIN_WINDOW: 'soon' };
    await assert.rejects(start(platform(env)), (error) => {
      return (
        error instanceof ConfigError &&
        error.problems.length === 2 &&
        /ACCOUNT_MAX_HASHES/.test(error.message)
      );
    });
    const secret = { TOKEN_SIGNING_KEY: '{"kty":"OKP","d":"do-not-show"}' };
    await assert.rejects(start(platform(secret)), (error: Error) => {
      return /TOKEN_SIGNING_KEY/.test(error.message) && !error.message.includes('do-not-show');
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { testKillNine } from './kill-nine.contract.ts';

const [postgres, redis, dataDir] = await Promise.all([
  createRealPostgres(),
  startRealRedis(),
  mkdtemp(join(tmpdir(), 'tiffin-kill-nine-')),
]);
after(async () => {
  await Promise.all([postgres.drop(), redis.stop(), rm(dataDir, { recursive: true, force: true })]);
});

testKillNine('PostgreSQL and Redis', async () => ({
  DATABASE_URL: postgres.url,
  DEMO_DATA: 'true',
  REDIS_URL: redis.url,
  DATA_DIR: dataDir,
}));

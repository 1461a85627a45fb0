import { after } from 'node:test';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { testLastUnit } from './last-unit.contract.ts';

const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
after(() => Promise.all([postgres.drop(), redis.stop()]));

testLastUnit('PostgreSQL and Redis', 1_000, async () => ({
  DATABASE_URL: postgres.url,
  DEMO_DATA: 'true',
  REDIS_URL: redis.url,
}));

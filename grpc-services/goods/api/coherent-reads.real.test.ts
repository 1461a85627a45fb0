import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { describeCoherentReads } from './coherent-reads.contract.ts';

describeCoherentReads('on servers', async () => {
  const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
  return {
    postgres,
    redis,
    async stop() {
      await postgres.drop();
      await redis.stop();
    },
  };
});

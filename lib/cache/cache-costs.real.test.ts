import { openRedis } from '../engines/redis.ts';
import { startRealRedis } from '../testing/real-redis.ts';
import { describeCacheCosts } from './cache-costs.contract.ts';
import { startRoundTripCounter } from './testing/round-trip-counter.ts';

const PATIENCE_MS = 10_000;

describeCacheCosts('on a server', async () => {
  const server = await startRealRedis();
  const wire = await startRoundTripCounter(server.url);
  const redis = await openRedis({ url: wire.url, commandTimeoutMs: PATIENCE_MS });
  return {
    redis,
    roundTrips: () => wire.roundTrips,
    async stop() {
      redis.disconnect();
      wire.stop();
      await server.stop();
    },
  };
});

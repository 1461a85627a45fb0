import type { CacheMetrics } from '../cache-metrics.ts';

/** For tests that do not look at metrics. */
export const noCacheMetrics: CacheMetrics = {
  read() {},
  loading() {},
  filled() {},
  refused() {},
  undecodable() {},
  tooLarge() {},
  failed() {},
  served() {},
  written() {},
};

import { testSales } from './sale/test-sales.ts';

const buyers = Number(process.env['SALE_BUYERS'] ?? 10_000);
/** Those who come when nothing is left any more tell nothing of a rebuild. */
const buyersOfLosses = Math.min(buyers, 2_000);

// With the Kafka of lib/testing/real-kafka.
testSales([
  { seed: 3, buyers },
  { seed: 4, buyers: buyersOfLosses, flushes: 2 },
]);

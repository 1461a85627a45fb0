import { testSales } from './sale/test-sales.ts';

/** `npm run chaos:sale` has many seeds. */
const buyers = Number(process.env['SALE_BUYERS'] ?? 10_000);

// With the Kafka of lib/testing/real-kafka.
testSales([
  { seed: 1, buyers },
  { seed: 2, buyers },
]);

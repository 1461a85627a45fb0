import { latencyMs, percentile } from '../latency.ts';
import type { LoadOptions, LoadResult } from '../load.ts';
import { requestsOfFile } from './requests-of-file.ts';

// A load generator that sends a number of requests, however long they take, or as many as the time allows. Its argument is
// JSON of LoadOptions and that number; it prints a LoadResult.

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions & { count: number };
const { count, connections, seconds } = options;
const latencies: number[] = [];
let sent = 0;
let errors = 0;

await using requests = requestsOfFile(options, connections);
const startedAt = performance.now();
const isOver = () => performance.now() - startedAt >= seconds * 1_000;
await Promise.all(Array.from({ length: connections }, oneAfterTheOther));
const result: LoadResult = {
  requests: latencies.length,
  errors,
  cutOff: 0,
  seconds: (performance.now() - startedAt) / 1_000,
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
};
process.stdout.write(JSON.stringify(result));

async function oneAfterTheOther(): Promise<void> {
  while (sent < count && !isOver()) {
    sent++;
    const sentAt = performance.now();
    if (await requests.send())
      latencies.push(latencyMs({ dueAt: sentAt, sentAt, answeredAt: performance.now() }));
    else errors++;
  }
}

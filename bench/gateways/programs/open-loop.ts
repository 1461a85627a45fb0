import { setTimeout as sleep } from 'node:timers/promises';
import { dueAtMs, latencyMs, percentile } from '../latency.ts';
import type { LoadOptions, LoadResult } from '../load.ts';
import { requestsOfFile } from './requests-of-file.ts';

// A load generator that does not slow down with what it measures. Its argument is JSON of LoadOptions and the rate; it
// prints a LoadResult.

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions & { rate: number };
const { rate, seconds } = options;
/** More requests under way at once than any gateway bears: those beyond fail. */
const maxUnderWay = 2_000;
const maxConnections = 256;

const latencies: number[] = [];
let errors = 0;
let underWay = 0;

await using requests = requestsOfFile(options, maxConnections);
const startedAt = performance.now();
const total = Math.round(rate * seconds);
const pending = new Set<Promise<void>>();
for (let index = 0; index < total; index++) {
  const dueAt = dueAtMs(startedAt, index, rate);
  if (dueAt - performance.now() > 1) await sleep(dueAt - performance.now());
  if (underWay >= maxUnderWay) {
    errors++;
    continue;
  }
  const sent = send(dueAt);
  pending.add(sent);
  sent.finally(() => pending.delete(sent));
}
await Promise.all(pending);
const result: LoadResult = {
  requests: latencies.length,
  errors,
  cutOff: 0,
  seconds: (performance.now() - startedAt) / 1_000,
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
};
process.stdout.write(JSON.stringify(result));

async function send(dueAt: number): Promise<void> {
  underWay++;
  const sentAt = performance.now();
  if (await requests.send()) latencies.push(latencyMs({ dueAt, sentAt, answeredAt: performance.now() }));
  else errors++;
  underWay--;
}

// A load generator for machines without wrk. Its argument is JSON of LoadOptions; it prints a LoadResult.
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const { url, seconds, connections, requestsFile } = JSON.parse(process.argv[2]);
const lines = readFileSync(requestsFile, 'utf8').trimEnd().split('\n');
const requests = Array.from({ length: lines.length / 2 }, (_, index) => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', authorization: lines[2 * index] },
  body: lines[2 * index + 1],
}));
const found = await autocannon({ url, duration: seconds, connections, requests });
process.stdout.write(
  JSON.stringify({
    requests: found.requests.total,
    errors: found.errors + found.non2xx,
    cutOff: connections,
    seconds: found.duration,
    p50Ms: found.latency.p50,
    p99Ms: found.latency.p99,
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { StartReport } from './start-report.ts';

test('tells what starts in what time, where it listens, and ends with the endpoint and the notes', async () => {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const report = new StartReport({ clock, write: (line) => lines.push(line) });
  const component = (name: string, ms: number, address?: string) => ({
    name,
    async start() {
      await clock.advance(ms);
      if (address) report.listens(name, address);
      return undefined;
    },
  });
  const { signal } = new AbortController();
  await report.timed(component('engines', 1_240), 'PGlite in .data/postgres').start(signal);
  await report.timed(component('shop', 60)).start(signal);
  await report.timed(component('gateway', 400, 'http://127.0.0.1:4000')).start(signal);
  report.note('customer    customer@example.org');
  report.ready(report.addresses.get('gateway'));
  assert.deepEqual(lines, [
    '  engines           1.2 s  PGlite in .data/postgres',
    '  shop              0.1 s  in this process',
    '  gateway           0.4 s  http://127.0.0.1:4000',
    'Ready in 1.7 s.',
    '  endpoint    http://127.0.0.1:4000/graphql',
    '  playground  http://127.0.0.1:4000/',
    '  customer    customer@example.org',
  ]);
});

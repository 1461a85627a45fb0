// Relays the outbox of `thingsSchema` and applies its events, until it is killed.
// Arguments: database URL, seed, how long a handler takes in ms.
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../clock/clock.ts';
import { DemoRandom } from '../demo/demo-random.ts';
import { openDatabase } from '../engines/database.ts';
import { createInProcessBus } from '../events/in-process-bus.ts';
import { createOutboxRelay } from '../events/outbox-relay.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createEventTables, thingMade, thingsSchema } from './event-bed.ts';
import { silentLogger } from './silent-logger.ts';

const FAILURES = 0.2;
const [url = '', seed, handlerMs] = process.argv.slice(2);
const random = DemoRandom.of('relay-process', Number(seed));
const database = await openDatabase({ ...thingsSchema, url, statementTimeoutMs: 5_000 });
const tables = createEventTables(database, systemClock);
const platform = { clock: systemClock, logger: silentLogger, metrics: createMetrics() };
const bus = createInProcessBus(platform);
await bus.subscribe({
  consumer: 'counter',
  topic: thingMade,
  async handle({ event }) {
    const fate = random.next();
    await database.query('insert into things.delivery values (?)', [event.id]);
    await delay(Number(handlerMs));
    if (fate < FAILURES / 2) throw new Error('not now');
    await tables.applyOnce('counter', event.id);
    if (fate < FAILURES) throw new Error('the answer was lost');
  },
});
bus.begin();
process.stdout.write('ready\n');
const relay = createOutboxRelay({
  ...platform,
  database,
  bus,
  leaseMs: 3_000,
  // Twelve attempts: that one event fails at all of them does not happen in ten thousand.
  retryDelaysMs: Array(11).fill(200),
});
await relay.run(new AbortController().signal);

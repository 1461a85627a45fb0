import { parseArgs } from 'node:util';
import { openSaleBed, type SaleBed } from '../tests/chaos/sale/open-sale-bed.ts';
import { runSale, type SaleReport } from '../tests/chaos/sale/run-sale.ts';
import { ensureProgram } from './ensure-program.ts';
import { startKafkaForTests } from './kafka-for-tests.ts';
import { startPostgresForTests } from './postgres-for-tests.ts';

// npm run chaos:sale [-- --seeds 100 --from 1 --buyers 10000 --chaos-seconds 24 --flushes 0 --verbose]: a flash sale of
// 100 units for each seed, while processes are killed and answers get lost; on servers that it starts.
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    from: { type: 'string', default: '1' },
    buyers: { type: 'string', default: '10000' },
    'chaos-seconds': { type: 'string', default: '24' },
    /** How often Redis loses everything in each sale. */
    flushes: { type: 'string', default: '0' },
    verbose: { type: 'boolean', default: false },
  },
});

function wholeNumber(option: Exclude<keyof typeof values, 'verbose'>, min: number): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= min) return value;
  throw new Error(`--${option} must be a whole number, ${min} or more; it is ${values[option]}.`);
}

const seeds = wholeNumber('seeds', 1);
const from = wholeNumber('from', 0);
const buyers = wholeNumber('buyers', 1);
const chaosMs = 1_000 * wholeNumber('chaos-seconds', 1);
const flushes = wholeNumber('flushes', 0);
/** A platform is started anew after so many seeds, so that none of them lies in the rows of all before. */
const seedsOfBed = 10;

const print = (line: string) => void process.stdout.write(`${line}\n`);
const stops: (() => void | Promise<void>)[] = [];
const failed: number[] = [];
let bed: SaleBed | undefined;
try {
  ensureProgram('redis-server', 'redis-server', print);
  const postgres = await startPostgresForTests(print);
  stops.push(() => postgres.stop());
  const kafka = await startKafkaForTests(print);
  stops.push(() => kafka.stop());
  Object.assign(process.env, { TEST_DATABASE_URL: postgres.url }, kafka.env);
  print(
    `${seeds} sales of 100 units to ${buyers} buyers; a process is killed every 2 s for ${chaosMs / 1_000} s.`,
  );
  for (let seed = from; seed < from + seeds; seed++) {
    if ((seed - from) % seedsOfBed === 0) {
      await bed?.[Symbol.asyncDispose]();
      bed = await openSaleBed(seed, buyers);
    }
    const say = (line: string) => values.verbose && print(`  ${line}`);
    const report = await runSale(bed as SaleBed, { seed, buyers, chaosMs, flushes, say });
    print(lineOf(seed, report));
    if (wrongOf(report).length > 0) failed.push(seed);
  }
} finally {
  await bed?.[Symbol.asyncDispose]();
  for (const stop of stops.reverse()) await stop();
}
print(
  failed.length === 0
    ? `All ${seeds} seeds hold.`
    : `${failed.length} of ${seeds} seeds FAILED: ${failed.join(', ')}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function wrongOf({ brokenMeanwhile, faults, lies, audit, crashes, internalErrors }: SaleReport): string[] {
  return [brokenMeanwhile, faults, lies, audit, crashes, internalErrors].flat();
}

function lineOf(seed: number, report: SaleReport): string {
  const { kills, asked, tickets, paid, returned, lost, twice, tookMs } = report;
  const wrong = wrongOf(report).slice(0, 20);
  const head = `${wrong.length > 0 ? '✖' : '✔'} seed ${seed}: ${paid} paid of ${tickets} tickets, ${returned} given back, ${asked} asked, ${kills} kills, ${lost} replies lost, ${twice} events twice, ${(tookMs / 1_000).toFixed(0)} s`;
  return [head, ...wrong.map((sentence) => `    ${sentence}`)].join('\n');
}

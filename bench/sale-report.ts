import { filterNames } from '@tiffin/activity/domain/join-flash-sale';
import type { BareScript } from './bare-script.ts';
import type { FilterTimes, filterTimes } from './filter-times.ts';
import type { JoinLoad } from './join-load.ts';
import { table } from './print-report.ts';
import type { BenchedSale, CpuOfAll } from './sale-platform.ts';

export const atOnce = 32;
/** Of a line. */
export const users = 3_000;
/** The service knows ten thousand callers again. */
export const rushUsers = 6_000;
/** What a refused join may take of the CPU of an accepted one. */
const maxRatio = 0.2;
const withoutPostgres = 'without PostgreSQL';

/** A sale, and those who want to join it. */
export interface Phase {
  readonly name: string;
  readonly sale: BenchedSale;
  /** What most of them get. */
  readonly answer: string;
  /** With a token that is not theirs. */
  readonly isForged?: boolean;
  /** Each of them a second time. */
  readonly isAgain?: boolean;
  /** Some get something else. */
  readonly isMixed?: boolean;
}

/** Microseconds. */
export interface JoinCpu {
  readonly activity: number;
  readonly redis: number;
  /** Undefined where its processes are not on this machine. */
  readonly postgres: number | undefined;
  /** Of all that are known. */
  readonly sum: number;
}

export interface Measurement extends JoinLoad {
  readonly phase: Phase;
  /** For one join, in µs. */
  readonly cpu: JoinCpu;
  readonly filters: ReturnType<typeof filterTimes>;
}

/** By the CPU of all that takes part. */
export interface Rush {
  readonly measurement: Measurement;
  /** CPU in µs of one who is let in, just before and just after, and of one who is refused. */
  readonly accepted: number;
  readonly refused: number;
  /** Their ratio in the process alone, without the engines. */
  readonly ownRatio: number;
}

/** What each join took between two looks. */
export function cpuOf(before: CpuOfAll, after: CpuOfAll, joins: number): JoinCpu {
  const grown = (from: number, to: number) => Math.max(0, (to - from) / joins);
  const activity = grown(before.activity, after.activity);
  const redis = grown(before.redis, after.redis);
  const isKnown = before.postgres !== undefined && after.postgres !== undefined;
  const postgres = isKnown ? grown(before.postgres, after.postgres) : undefined;
  return { activity, redis, postgres, sum: activity + redis + (postgres ?? 0) };
}

export const shownCpu = (cpu: number | undefined): string => cpu?.toFixed(0) ?? '?';

export function serviceTable(measurements: readonly Measurement[]): string {
  const [accepted] = measurements as [Measurement];
  const isKnown = measurements.every(({ cpu }) => cpu.postgres !== undefined);
  return table([
    [
      '',
      'activity',
      'PostgreSQL',
      'Redis',
      isKnown ? 'sum' : withoutPostgres,
      'to let in',
      'joins/s a core',
      'joins/s',
      'p50 ms',
      'p99 ms',
    ],
    ...measurements.map(({ phase, cpu, seconds, p50, p99 }) => [
      phase.name,
      cpu.activity.toFixed(0),
      shownCpu(cpu.postgres),
      cpu.redis.toFixed(0),
      cpu.sum.toFixed(0),
      (cpu.sum / accepted.cpu.sum).toFixed(2),
      (1_000_000 / cpu.activity).toFixed(0),
      (users / seconds).toFixed(0),
      p50.toFixed(1),
      p99.toFixed(1),
    ]),
  ]);
}

export function filterTable(measurements: readonly Measurement[]): string {
  const shown = (times: FilterTimes | undefined) =>
    times && (times.passed > 0 || times.turnedAway.size > 0) ? times.microseconds.toFixed(0) : '';
  return table([
    ['', ...filterNames],
    ...measurements.map((one) => [
      one.phase.name,
      ...filterNames.map((filter) => shown(one.filters.get(filter))),
    ]),
  ]);
}

export function refusalTable(measurements: readonly Measurement[]): string {
  return table([
    ['filter', 'came', 'turned away', ''],
    ...filterNames.map((filter) => {
      const times = measurements.map((one) => one.filters.get(filter));
      const codes = new Map<string, number>();
      for (const [code, count] of times.flatMap((each) => [...(each?.turnedAway ?? [])]))
        codes.set(code, (codes.get(code) ?? 0) + count);
      const away = [...codes.values()].reduce((sum, count) => sum + count, 0);
      const passed = times.reduce((sum, each) => sum + (each?.passed ?? 0), 0);
      return [filter, `${passed + away}`, `${away}`, [...codes].map((each) => each.join(' ')).join(', ')];
    }),
  ]);
}

export function scriptLines(
  { redisBenchmark, ours }: BareScript,
  measurements: readonly Measurement[],
): string {
  const [accepted] = measurements as [Measurement];
  const perSecond = users / accepted.seconds;
  return [
    `The script alone, a second, ${atOnce} at once, each for another user:`,
    redisBenchmark === undefined
      ? '  redis-benchmark is not installed here'
      : `  redis-benchmark   ${redisBenchmark.toFixed(0)}`,
    `  our own store     ${ours.toFixed(0)}${redisBenchmark ? ` (${(ours / redisBenchmark).toFixed(2)} of it)` : ''}`,
    `  joins, with ticket and event in PostgreSQL   ${perSecond.toFixed(0)}`,
  ].join('\n');
}

const isWhole = (rushes: readonly Rush[]) =>
  rushes.every(({ measurement }) => measurement.cpu.postgres !== undefined);

function medianOf(rushes: readonly Rush[]): Rush {
  return rushes[rushes.length >> 1] as Rush;
}

export function rushLines(rushes: readonly Rush[]): string {
  const { measurement, accepted, refused, ownRatio } = medianOf(rushes);
  const { answers, seconds, p50, p99 } = measurement;
  const cpu = isWhole(rushes) ? 'CPU' : `CPU ${withoutPostgres}`;
  const counts = [...answers].map(([code, count]) => `${count} ${code}`).join(', ');
  const away = filterNames.map((filter) => {
    const codes = [...(measurement.filters.get(filter)?.turnedAway.values() ?? [])];
    return `${filter} ${codes.reduce((sum, count) => sum + count, 0)}`;
  });
  return [
    `A rush, the median of ${rushes.length}: 100 units, ${rushUsers} users, ${atOnce} at once: ${counts}`,
    `  turned away by filter: ${away.join(', ')}`,
    `  ${(rushUsers / seconds).toFixed(0)} joins/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    `  one that is refused takes ${refused.toFixed(0)} µs of ${cpu}, one that is let in ${accepted.toFixed(0)}; without the engines ${ownRatio.toFixed(2)} of it`,
  ].join('\n');
}

/** Of one who is let in PostgreSQL takes two fifths: a ratio without it says nothing of the bar. */
export function verdictOf(rushes: readonly Rush[]): {
  readonly text: string;
  /** Undefined where that cannot be said. */
  readonly holds: boolean | undefined;
} {
  const ratios = rushes.map(({ refused, accepted }) => refused / accepted);
  const { refused, accepted } = medianOf(rushes);
  const bar = `in a rush a refused join takes at most ${maxRatio} of the CPU of one that is let in`;
  const measured = `${(refused / accepted).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`;
  if (!isWhole(rushes)) {
    const why = `its processes are not on this machine; measured ${withoutPostgres} ${measured}`;
    return { text: `NO VERDICT ${withoutPostgres}: ${bar}; ${why}.`, holds: undefined };
  }
  const holds = refused / accepted <= maxRatio;
  return { text: `${holds ? 'The bar holds' : 'THE BAR IS MISSED'}: ${bar}; measured ${measured}.`, holds };
}

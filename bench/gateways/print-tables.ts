import { shown, table } from '../print-report.ts';
import type { Bar } from './bars.ts';
import { coldRows } from './cold-rows.ts';
import type { OperationResult } from './contest.ts';
import { ratioCells, ratioHeads, ratioTitle, rowsWithRatios } from './ratios.ts';

const head = [
  'row',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'gateway µs',
  'total µs',
  'with services',
  'gateway MB',
  'total MB',
  'MB ever',
  'subgraph calls',
  'rpcs',
  'rpcs under load',
];

/** An operation's rows; CPU a request, the median of the rounds with the least and the most. Then their ratios. */
export function printOperation(operation: OperationResult): string {
  const { name, title, responseBytes } = operation;
  const rows = rowsWithRatios(operation);
  const lines = rows.map((row) => {
    const { summary } = row;
    if (row.comparison.kind === 'different') return [row.title, 'answers otherwise'];
    if (!summary) return [row.title, 'not measured'];
    const { subgraphCalls, rpcs } = row.comparison;
    return [
      row.title,
      summary.requestsPerSecond.median.toFixed(0),
      summary.p50Ms.toFixed(1),
      summary.p99Ms.toFixed(1),
      shown(summary.gatewayCpu),
      shown(summary.totalCpu),
      summary.everythingCpu.median.toFixed(0),
      megabytes(summary.gatewayBytes),
      megabytes(summary.totalBytes),
      `${megabytes(summary.gatewayBytesEver)} / ${megabytes(summary.totalBytesEver)}`,
      subgraphCalls.toFixed(1),
      rpcs.toFixed(1),
      summary.rpcs.toFixed(1),
    ];
  });
  const cold = coldRows(rows);
  const ratios = ratioCells(rows);
  return [
    `${name}: ${title}, ${(responseBytes / 1_000).toFixed(1)} kB`,
    table([head, ...lines]),
    ...(cold ? [cold] : []),
    ...(ratios.length > 0 ? ['', ratioTitle, table([['row', ...ratioHeads], ...ratios])] : []),
  ].join('\n');
}

/** Each bar with its figure. */
export function printBars(bars: readonly Bar[]): string {
  const lines = bars.map(({ what, max, ratio: found, holds }) => [
    what,
    `at most ${Number(max.toFixed(2))}`,
    found === undefined ? '' : found.toFixed(3),
    holds === undefined ? 'NOT MEASURED' : holds ? 'PASS' : 'MISSED',
  ]);
  return table([['bar', '', 'measured', ''], ...lines]);
}

const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(0);

import type { Bar } from './bars.ts';
import { coldRows } from './cold-rows.ts';
import type { OperationResult } from './contest.ts';
import { ratioCells, ratioHeads, ratioTitle, rowsWithRatios } from './ratios.ts';
import type { Summary } from './summary.ts';

const begin = '<!-- written by npm run bench -- --publish -->';
const end = '<!-- until here -->';

/** The same document with other figures between its marks. @throws where it has none. */
export function withFigures(document: string, figures: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The document lacks its marks: ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${figures}\n\n${document.slice(to)}`;
}

/** What a document shows of a run: its circumstances, a table for each operation, and the bars. */
export function figuresAsMarkdown(
  facts: Readonly<Record<string, string>>,
  operations: readonly OperationResult[],
  bars: readonly Bar[],
): string {
  return [
    row(['circumstance', '']),
    row(['---', '---']),
    ...Object.entries(facts).map(([name, value]) => row([name, value])),
    ...operations.flatMap(operationAsMarkdown),
    '',
    '### Bars',
    '',
    row(['bar', 'at most', 'measured', '']),
    row(['---', '--:', '--:', '---']),
    ...bars.map(({ what, max, ratio, holds }) =>
      row([
        what,
        String(Number(max.toFixed(2))),
        ratio?.toFixed(3) ?? '',
        holds === undefined ? 'not measured' : holds ? 'holds' : '**missed**',
      ]),
    ),
  ].join('\n');
}

const head = [
  ['row', '---'],
  ['requests/s', '--:'],
  ['p50 / p99 ms', '--:'],
  ['gateway µs', '--:'],
  ['total µs', '--:'],
  ['with services µs', '--:'],
  ['MB gateway / total', '--:'],
  ['MB ever', '--:'],
  ['subgraph calls', '--:'],
  ['rpcs', '--:'],
] as const;

function operationAsMarkdown(operation: OperationResult): string[] {
  const { name, title, responseBytes } = operation;
  const rows = rowsWithRatios(operation);
  const lines = rows.map(({ title: rowTitle, comparison, summary }) => {
    if (comparison.kind === 'different') return row([rowTitle, 'answers otherwise']);
    if (!summary) return row([rowTitle, 'not measured']);
    return row([
      rowTitle,
      summary.requestsPerSecond.median.toFixed(0),
      `${summary.p50Ms.toFixed(1)} / ${summary.p99Ms.toFixed(1)}`,
      spread(summary.gatewayCpu),
      spread(summary.totalCpu),
      summary.everythingCpu.median.toFixed(0),
      `${megabytes(summary.gatewayBytes)} / ${megabytes(summary.totalBytes)}`,
      `${megabytes(summary.gatewayBytesEver)} / ${megabytes(summary.totalBytesEver)}`,
      comparison.subgraphCalls.toFixed(1),
      comparison.rpcs.toFixed(1),
    ]);
  });
  const cold = coldRows(rows);
  const ratios = ratioCells(rows);
  const ratioTable = [
    '',
    `${ratioTitle}:`,
    '',
    row(['row', ...ratioHeads]),
    row(['---', ...ratioHeads.map(() => '--:')]),
    ...ratios.map(row),
  ];
  return [
    '',
    `### ${name}: ${title}, ${(responseBytes / 1_000).toFixed(1)} kB`,
    '',
    row(head.map(([text]) => text)),
    row(head.map(([, align]) => align)),
    ...lines,
    ...(cold ? ['', cold] : []),
    ...(ratios.length > 0 ? ratioTable : []),
  ];
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const spread = ({ median, min, max }: Summary['gatewayCpu']) =>
  `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`;

const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(0);

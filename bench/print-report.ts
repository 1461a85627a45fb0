import { readmeQuery } from './bench-case.ts';
import { type Comparison, measures } from './compare-executors.ts';
import type { Spread } from './cpu-time.ts';
import type { Parts } from './measure-parts.ts';

/** What the compiled executor may take of the CPU of Apollo's on the README query. */
export const maxRatio = 1 / 4;

export interface Report {
  readonly node: string;
  readonly rounds: number;
  readonly comparisons: readonly Comparison[];
  /** Of the README query. */
  readonly parts: Parts;
}

export interface Verdict {
  readonly ratio: number;
  readonly holds: boolean;
}

/** Whether the bar holds. Looking up and stringifying are not the executors' work, so that they are left out. */
export function verdictOf({ comparisons }: Report): Verdict {
  const comparison = comparisons.find(({ name }) => name === readmeQuery);
  if (!comparison) throw new Error(`${readmeQuery} was not measured.`);
  const { ratio } = comparison.measured.run;
  return { ratio, holds: ratio <= maxRatio };
}

export function printReport(report: Report): string {
  const { ratio, holds } = verdictOf(report);
  const bar = `at most ${maxRatio} of Apollo's CPU on ${readmeQuery}`;
  return [
    `Node ${report.node}. CPU of all threads in µs per request: the median of ${report.rounds} rounds (least–most).`,
    ...measures.map((measure) => {
      const rows = report.comparisons.map(({ name, fetches, responseBytes, measured }) => {
        const { apollo, compiled, ratio: part } = measured[measure];
        const size = `${(responseBytes / 1000).toFixed(1)} kB`;
        return [name, `${fetches}`, size, shown(apollo), shown(compiled), part.toFixed(3)];
      });
      return `\n${titles[measure]}\n${table([['operation', 'fetches', 'response', 'Apollo', 'compiled', 'ratio'], ...rows])}`;
    }),
    `\nThe compiled executor's parts on ${report.parts.name}, each alone\n${table(partRows(report))}`,
    sumNote,
    `\n${holds ? 'The bar holds' : 'THE BAR IS MISSED'}: ${bar}; measured ${ratio.toFixed(3)}.`,
    '',
  ].join('\n');
}

const titles = {
  run: 'Run: fetches answered from memory, merged and shaped',
  'run + stringify': 'Run and JSON.stringify',
  'parse + run + stringify': 'The same, with JSON.parse of the answers as remote subgraphs cost it',
};

function partRows({ comparisons, parts }: Report): string[][] {
  const { lookup, emptyRun, perFetch, representations, merge, shape, stringify, fetches } = parts;
  const total = comparisons.find(({ name }) => name === parts.name)?.measured.run.compiled.median ?? 0;
  const inRun = [emptyRun, representations, merge, shape].reduce((sum, { median }) => sum + median, 0);
  return [
    ['part', 'µs', ''],
    ['lookup of the operation', shown(lookup), 'not in the run'],
    ['run without fetches', shown(emptyRun), ''],
    ['overhead of a fetch', shown(perFetch), `× ${fetches}`],
    ['find entities, represent', shown(representations), ''],
    ['merge', shown(merge), ''],
    ['shape', shown(shape), ''],
    ['sum of the parts in the run', (inRun + fetches * perFetch.median).toFixed(1), ''],
    ['measured run', total.toFixed(1), ''],
    ['JSON.stringify', shown(stringify), 'not in the run'],
  ];
}

const sumNote = `The sum is not the run to the microsecond: alone, a part's code and data stay in the processor's caches and its
calls see the shapes of one place only; in a run, the parts share both, and garbage of one is collected in another's time.
The answers of a round are made before it: the part that touches one first waits for memory, under both executors.`;

export const shown = ({ median, min, max }: Spread): string => {
  const digits = median < 10 ? 2 : median < 100 ? 1 : 0;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
};

/** Columns as wide as they must be; the first one is of names. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_head, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

import type { OperationResult, Row } from './contest.ts';
import { type Summary, summaryOf } from './summary.ts';

/** What one row takes, as parts of what another takes. */
export type Ratios = Readonly<Record<keyof typeof measures, number>>;

/** A row with what it comes to, alone and beside the two that everybody is compared with. */
export interface RowWithRatios extends Row {
  /** Absent where the row was not measured. */
  readonly summary?: Summary | undefined;
  /** Absent where one of the two was not measured. */
  readonly vsApollo?: Ratios | undefined;
  readonly vsBff?: Ratios | undefined;
}

const measures = {
  requestsPerSecond: ({ requestsPerSecond }: Summary) => requestsPerSecond.median,
  p50Ms: ({ p50Ms }: Summary) => p50Ms,
  p99Ms: ({ p99Ms }: Summary) => p99Ms,
  gatewayCpu: ({ gatewayCpu }: Summary) => gatewayCpu.median,
  totalCpu: ({ totalCpu }: Summary) => totalCpu.median,
  everythingCpu: ({ everythingCpu }: Summary) => everythingCpu.median,
  gatewayBytes: ({ gatewayBytes }: Summary) => gatewayBytes,
  totalBytes: ({ totalBytes }: Summary) => totalBytes,
};

/** The heads of `ratioCells`, in its order. */
export const ratioHeads: readonly string[] = Object.values({
  requestsPerSecond: 'requests/s',
  p50Ms: 'p50',
  p99Ms: 'p99',
  gatewayCpu: 'gateway CPU',
  totalCpu: 'total CPU',
  everythingCpu: 'CPU with services',
  gatewayBytes: 'gateway MB',
  totalBytes: 'total MB',
} satisfies Record<keyof Ratios, string>);

/** What stands above a table of ratios. */
export const ratioTitle = 'Each ÷ Apollo / ÷ BFF';

/** The rows of an operation, each with its ratios. */
export function rowsWithRatios({ rows }: OperationResult): RowWithRatios[] {
  const summaries = new Map(rows.map((row) => [row.id, summaryOf(row)]));
  const [apollo, bff] = [summaries.get('apollo'), summaries.get('bff')];
  return rows.map((row) => {
    const summary = summaries.get(row.id);
    return { ...row, summary, vsApollo: ratiosOf(summary, apollo), vsBff: ratiosOf(summary, bff) };
  });
}

/** Of those rows that have ratios: the title, then a cell for each of `ratioHeads`. */
export function ratioCells(rows: readonly RowWithRatios[]): string[][] {
  return rows.flatMap(({ title, vsApollo, vsBff }) => {
    const cells = keys.map((key) => `${shown(vsApollo?.[key])} / ${shown(vsBff?.[key])}`);
    return vsApollo || vsBff ? [[title, ...cells]] : [];
  });
}

const keys = Object.keys(measures) as (keyof Ratios)[];

function ratiosOf(ours: Summary | undefined, theirs: Summary | undefined): Ratios | undefined {
  if (!ours || !theirs) return undefined;
  const ratio = (key: keyof Ratios) => measures[key](ours) / measures[key](theirs);
  return Object.fromEntries(keys.map((key) => [key, ratio(key)])) as Ratios;
}

function shown(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return '–';
  return ratio < 100 ? ratio.toFixed(3) : ratio.toFixed(0);
}

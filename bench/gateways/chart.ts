import type { OperationResult } from './contest.ts';
import { type Summary, summaryOf } from './summary.ts';
import { largeOperation, readmeOperation } from './workload.ts';

/** A row's bar: its gateway's part, then the rest of it, in µs a request. */
interface ChartRow {
  readonly title: string;
  readonly gateway: number;
  readonly total: number;
}

const width = 840;
const labelWidth = 250;
const valueWidth = 90;
const rowHeight = 26;
const headHeight = 46;

/**
 * CPU of the graph a request, a bar for each row and a panel for each of two operations, as an SVG that stands on light
 * and on dark pages alike: it has no background, and its colours are of a middle lightness unless the reader's choice
 * is known.
 */
export function chart(operations: readonly OperationResult[]): string {
  const panels = operations
    .filter(({ name }) => name === readmeOperation || name === largeOperation)
    .map((operation) => ({ operation, rows: rowsOf(operation) }));
  let top = 0;
  const drawn = panels.map(({ operation, rows }) => {
    const text = panel(`${operation.name}, ${(operation.responseBytes / 1_000).toFixed(0)} kB`, rows, top);
    top += headHeight + rows.length * rowHeight + 14;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + 22}" role="img" aria-label="CPU of gateway and subgraphs a request">`,
    style,
    ...drawn,
    legend(top + 6),
    '</svg>',
    '',
  ].join('\n');
}

function rowsOf({ rows }: OperationResult): ChartRow[] {
  const bars = rows.flatMap((row) => {
    const summary: Summary | undefined = row.id === 'static' ? undefined : summaryOf(row);
    return summary
      ? [{ title: row.title, gateway: summary.gatewayCpu.median, total: summary.totalCpu.median }]
      : [];
  });
  return bars.sort((left, right) => left.total - right.total);
}

function panel(title: string, rows: readonly ChartRow[], top: number): string {
  const longest = Math.max(1, ...rows.map(({ total }) => total));
  const scale = (width - labelWidth - valueWidth) / longest;
  return [
    `<text class="title" x="0" y="${top + 20}">${escaped(title)}</text>`,
    `<text class="note" x="${labelWidth}" y="${top + 20}">µs of CPU a request; less is better</text>`,
    ...rows.map((row, index) => bar(row, top + headHeight - 12 + index * rowHeight, scale)),
  ].join('\n');
}

function bar({ title, gateway, total }: ChartRow, y: number, scale: number): string {
  const isOurs = title.startsWith('Tiffin');
  const [gatewayWidth, restWidth] = [gateway * scale, (total - gateway) * scale];
  const middle = y + rowHeight / 2 + 1;
  return [
    `<text class="${isOurs ? 'label ours' : 'label'}" x="${labelWidth - 10}" y="${middle}">${escaped(title)}</text>`,
    `<rect class="${isOurs ? 'ours' : 'others'}" x="${labelWidth}" y="${y}" width="${pixels(gatewayWidth)}" height="${rowHeight - 8}"/>`,
    `<rect class="${isOurs ? 'ours' : 'others'} rest" x="${pixels(labelWidth + gatewayWidth)}" y="${y}" width="${pixels(restWidth)}" height="${rowHeight - 8}"/>`,
    `<text class="value" x="${pixels(labelWidth + total * scale + 8)}" y="${middle}">${Math.round(total).toLocaleString('en')}</text>`,
  ].join('\n');
}

function legend(y: number): string {
  return [
    `<rect class="others" x="${labelWidth}" y="${y}" width="12" height="12"/>`,
    `<text class="note" x="${labelWidth + 18}" y="${y + 10}">gateway</text>`,
    `<rect class="others rest" x="${labelWidth + 90}" y="${y}" width="12" height="12"/>`,
    `<text class="note" x="${labelWidth + 108}" y="${y + 10}">subgraphs in processes of their own</text>`,
  ].join('\n');
}

const style = `<style>
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #57606a; }
  .title { font-weight: 600; font-size: 15px; }
  .label { text-anchor: end; dominant-baseline: middle; }
  .label.ours { font-weight: 600; }
  .value { dominant-baseline: middle; font-variant-numeric: tabular-nums; }
  .note { font-size: 12px; }
  rect.ours { fill: #d9730d; }
  rect.others { fill: #6e7f96; }
  .rest { opacity: 0.45; }
  @media (prefers-color-scheme: dark) {
    text { fill: #adbac7; }
    rect.ours { fill: #f0883e; }
    rect.others { fill: #8294ad; }
  }
</style>`;

const pixels = (value: number) => value.toFixed(1);

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

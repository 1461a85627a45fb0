import { type ContenderId, peerIds } from './contender.ts';
import type { OperationResult } from './contest.ts';
import { rowSummary, type Summary } from './summary.ts';
import { largeOperation, readmeOperation } from './workload.ts';

/** One promise about a ratio. */
export interface Bar {
  readonly what: string;
  readonly max: number;
  /** Undefined where one side was not measured. */
  readonly ratio: number | undefined;
  readonly holds: boolean | undefined;
}

type Value = (summary: Summary) => number;

const gateway: Value = ({ gatewayCpu }) => gatewayCpu.median;
const total: Value = ({ totalCpu }) => totalCpu.median;

/** What the bench must show, within one run. Total is gateway and subgraphs, without the services. */
export function barsOf(operations: readonly OperationResult[]): Bar[] {
  const value = (operation: string, id: ContenderId, of: Value) => {
    const summary = rowSummary(operations, operation, id);
    return summary && of(summary);
  };
  const best = (operation: string, of: Value) => {
    const values = peerIds.flatMap((id) => value(operation, id, of) ?? []);
    return values.length > 0 ? Math.min(...values) : undefined;
  };
  const mostOf = (id: ContenderId, of: Value) => {
    const values = operations.flatMap(({ name }) => value(name, id, of) ?? []);
    return values.length > 0 ? Math.max(...values) : undefined;
  };
  const readme = (id: ContenderId, of: Value) => value(readmeOperation, id, of);
  const large = (id: ContenderId, of: Value) => value(largeOperation, id, of);
  return [
    bar(
      `${readmeOperation}, in process: total CPU of Apollo's`,
      1 / 5,
      readme('tiffin', total),
      readme('apollo', total),
    ),
    bar(
      `${readmeOperation}, in process: total CPU of the best peer's`,
      1 / 2,
      readme('tiffin', total),
      best(readmeOperation, total),
    ),
    bar(
      `${readmeOperation}, in process: total CPU of the BFF's`,
      1.4,
      readme('tiffin', total),
      readme('bff', total),
    ),
    bar(
      `${readmeOperation}, remote: gateway CPU of Apollo's`,
      1 / 5,
      readme('tiffin-remote', gateway),
      readme('apollo', gateway),
    ),
    bar(
      `${readmeOperation}, remote: gateway CPU of the best peer's`,
      1 / 2,
      readme('tiffin-remote', gateway),
      best(readmeOperation, gateway),
    ),
    bar(
      `${largeOperation}, remote: gateway CPU of Apollo's`,
      1 / 4,
      large('tiffin-remote', gateway),
      large('apollo', gateway),
    ),
    bar(
      "memory, remote: the gateway's of Apollo's",
      1,
      mostOf('tiffin-remote', (one) => one.gatewayBytes),
      mostOf('apollo', (one) => one.gatewayBytes),
    ),
    bar(
      "memory, in process: all of Apollo's with its subgraphs",
      1,
      mostOf('tiffin', (one) => one.totalBytes),
      mostOf('apollo', (one) => one.totalBytes),
    ),
  ];
}

function bar(what: string, max: number, ours: number | undefined, theirs: number | undefined): Bar {
  const ratio = ours === undefined || theirs === undefined ? undefined : ours / theirs;
  return { what, max, ratio, holds: ratio === undefined ? undefined : ratio <= max };
}

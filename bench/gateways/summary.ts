import { type Spread, spreadOf } from '../cpu-time.ts';
import type { ContenderId } from './contender.ts';
import type { OperationResult, Row } from './contest.ts';
import type { Round } from './measure-round.ts';

/** A row's rounds, summed up. CPU in µs a request, memory in bytes. */
export interface Summary {
  readonly requestsPerSecond: Spread;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly gatewayCpu: Spread;
  /** Of gateway and subgraphs: what stands between the client and the services. */
  readonly totalCpu: Spread;
  /** With what the services take for it. */
  readonly everythingCpu: Spread;
  readonly gatewayBytes: number;
  readonly totalBytes: number;
  /** Since the processes were started, children that have ended since included. */
  readonly gatewayBytesEver: number;
  readonly totalBytesEver: number;
  /** A request, under load. */
  readonly subgraphCalls: number;
  readonly rpcs: number;
}

/** @returns undefined for a row that was not measured. */
export function summaryOf({ rounds }: Row): Summary | undefined {
  if (rounds.length === 0) return undefined;
  const spread = (value: (round: Round) => number) => spreadOf(rounds.map(value));
  const total = (round: Round) => round.gatewayCpu + round.subgraphsCpu;
  return {
    requestsPerSecond: spread((round) => round.requestsPerSecond),
    p50Ms: spread((round) => round.p50Ms).median,
    p99Ms: spread((round) => round.p99Ms).median,
    gatewayCpu: spread((round) => round.gatewayCpu),
    totalCpu: spread(total),
    everythingCpu: spread((round) => total(round) + round.servicesCpu),
    gatewayBytes: spread((round) => round.gatewayBytes).max,
    totalBytes: spread((round) => round.gatewayBytes + round.subgraphsBytes).max,
    gatewayBytesEver: spread((round) => round.gatewayBytesEver).max,
    totalBytesEver: spread((round) => round.gatewayBytesEver + round.subgraphsBytesEver).max,
    subgraphCalls: spread((round) => round.subgraphCalls).median,
    rpcs: spread((round) => round.rpcs).median,
  };
}

/** The summary of one row of an operation. */
export function rowSummary(
  operations: readonly OperationResult[],
  operation: string,
  id: ContenderId,
): Summary | undefined {
  const row = operations.find(({ name }) => name === operation)?.rows.find((one) => one.id === id);
  return row && summaryOf(row);
}

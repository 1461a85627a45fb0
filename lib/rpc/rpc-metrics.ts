import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RpcMethod } from './interceptor.ts';

/** Which end of a call is measured. */
export type RpcSide = 'client' | 'server';

/** How a retry ended, or why a call that might have been sent again was not. */
export type RetryOutcome = 'recovered' | 'failed' | 'no_time' | 'no_budget';

/** What is measured of calls. One object serves all clients and servers of a process. */
export interface RpcMetrics {
  call(method: RpcMethod, side: RpcSide, code: ErrorCode | 'OK', durationMs: number): void;
  undeclared(method: RpcMethod, code: ErrorCode): void;
  retry(method: RpcMethod, outcome: RetryOutcome): void;
}

/** A hundred rpcs with two sides and ten codes each. All three come from the proto, never from a caller. */
const maxLabelSets = 2_000;

/** The rpc metrics among the metrics of a process. */
export function createRpcMetrics(metrics: Metrics): RpcMetrics {
  const duration = metrics.histogram({
    name: 'tiffin_rpc_duration_seconds',
    help: 'Time from the call to its answer.',
    labelNames: ['service', 'method', 'code', 'side'],
    maxLabelSets,
  });
  const undeclaredErrors = metrics.counter({
    name: 'tiffin_rpc_undeclared_errors_total',
    help: 'Errors that became INTERNAL because their rpc does not declare them.',
    labelNames: ['service', 'method', 'code'],
    maxLabelSets,
  });
  const retries = metrics.counter({
    name: 'tiffin_rpc_retries_total',
    help: 'Retries of calls by how they ended, and those left out for want of time or budget.',
    labelNames: ['service', 'outcome'],
  });
  return {
    call: ({ service, name }, side, code, durationMs) =>
      duration.observe({ service, method: name, code, side }, durationMs / 1_000),
    undeclared: ({ service, name }, code) => undeclaredErrors.inc({ service, method: name, code }),
    retry: ({ service }, outcome) => retries.inc({ service, outcome }),
  };
}

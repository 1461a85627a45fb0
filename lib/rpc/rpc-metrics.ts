import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import type { RpcMethod } from './interceptor.ts';

/** Which end of a call is measured. */
export type RpcSide = 'client' | 'server';

/** What is measured of calls. One object serves all clients and servers of a process. */
export interface RpcMetrics {
  call(method: RpcMethod, side: RpcSide, code: ErrorCode | 'OK', durationMs: number): void;
  undeclared(method: RpcMethod, code: ErrorCode): void;
}

type Labels = Record<string, string>;

/** The part of the process's metrics that is needed here. */
export interface MetricFactory {
  histogram(options: { name: string; help: string; labelNames: string[]; buckets?: number[] }): {
    observe(labels: Labels, value: number): void;
  };
  counter(options: { name: string; help: string; labelNames: string[] }): { inc(labels: Labels): void };
}

/** Registers the rpc metrics. Call it once in a process. */
export function createRpcMetrics(metrics: MetricFactory): RpcMetrics {
  const duration = metrics.histogram({
    name: 'tiffin_rpc_duration_seconds',
    help: 'Time from the call to its answer.',
    labelNames: ['service', 'method', 'code', 'side'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  const undeclaredErrors = metrics.counter({
    name: 'tiffin_rpc_undeclared_errors_total',
    help: 'Errors that became INTERNAL because their rpc does not declare them.',
    labelNames: ['service', 'method', 'code'],
  });
  return {
    call: ({ service, name }, side, code, durationMs) =>
      duration.observe({ service, method: name, code, side }, durationMs / 1_000),
    undeclared: ({ service, name }, code) => undeclaredErrors.inc({ service, method: name, code }),
  };
}

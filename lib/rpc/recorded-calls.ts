import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import type { CallLogger } from './observe-calls.ts';
import type { RetryOutcome, RpcMetrics, RpcSide } from './rpc-metrics.ts';

interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Record<string, unknown>;
}

/** Metrics and a logger for tests, which keep what they are told. */
export class RecordedCalls {
  readonly calls: { path: string; side: RpcSide; code: ErrorCode | 'OK'; durationMs: number }[] = [];
  readonly undeclared: { path: string; code: ErrorCode }[] = [];
  readonly retries: RetryOutcome[] = [];
  readonly lines: LogLine[] = [];

  readonly metrics: RpcMetrics = {
    call: ({ path }, side, code, durationMs) => void this.calls.push({ path, side, code, durationMs }),
    undeclared: ({ path }, code) => void this.undeclared.push({ path, code }),
    retry: (_method, outcome) => void this.retries.push(outcome),
  };

  readonly logger: CallLogger = {
    info: (fields) => this.#log('info', fields),
    warn: (fields) => this.#log('warn', fields),
    error: (fields) => this.#log('error', fields),
  };

  #log(level: LogLine['level'], fields: object): void {
    this.lines.push({ level, fields: { ...fields } });
  }
}

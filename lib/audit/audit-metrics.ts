import type { Metrics } from '../telemetry/metrics.ts';

export interface AuditMetrics {
  begun(check: string, nowMs: number): void;
  ended(check: string, findings: number, nowMs: number): void;
  failed(check: string): void;
}

export function createAuditMetrics(metrics: Metrics, service: string): AuditMetrics {
  const findings = metrics.gauge({
    name: 'tiffin_audit_findings',
    help: 'What the last run of a check found wrong, counted up to 100.',
    labelNames: ['service', 'check'],
  });
  const lastRun = metrics.gauge({
    name: 'tiffin_audit_last_run_timestamp_seconds',
    help: 'When a check last came to its end, whatever it found; at first when its process began to audit.',
    labelNames: ['service', 'check'],
  });
  const failures = metrics.counter({
    name: 'tiffin_audit_failed_runs_total',
    help: 'Runs of a check that could not look.',
    labelNames: ['service', 'check'],
  });
  return {
    begun: (check, nowMs) => lastRun.set({ service, check }, nowMs / 1_000),
    ended(check, count, nowMs) {
      findings.set({ service, check }, count);
      lastRun.set({ service, check }, nowMs / 1_000);
    },
    failed: (check) => failures.inc({ service, check }),
  };
}

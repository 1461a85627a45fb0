import type { Metrics } from '../telemetry/metrics.ts';

export interface AuditMetrics {
  begun(check: string, nowMs: number): void;
  found(check: string, findings: number): void;
  /** A run that could look, to the end of a sweep or not. */
  looked(check: string, hasEnded: boolean, nowMs: number): void;
  failed(check: string): void;
}

export function createAuditMetrics(metrics: Metrics, service: string): AuditMetrics {
  const findings = metrics.gauge({
    name: 'tiffin_audit_findings',
    help: 'What the last ended sweep of a check found wrong, or what the one under way has found where that is more.',
    labelNames: ['service', 'check'],
  });
  const lastRun = metrics.gauge({
    name: 'tiffin_audit_last_run_timestamp_seconds',
    help: 'When a check could last look, whatever it found; at first when its process began to audit.',
    labelNames: ['service', 'check'],
  });
  const lastSweep = metrics.gauge({
    name: 'tiffin_audit_last_sweep_timestamp_seconds',
    help: 'When a check had last looked at everything; at first when its process began to audit.',
    labelNames: ['service', 'check'],
  });
  const failures = metrics.counter({
    name: 'tiffin_audit_failed_runs_total',
    help: 'Runs of a check that could not look.',
    labelNames: ['service', 'check'],
  });
  return {
    begun(check, nowMs) {
      lastRun.set({ service, check }, nowMs / 1_000);
      lastSweep.set({ service, check }, nowMs / 1_000);
    },
    found: (check, count) => findings.set({ service, check }, count),
    looked(check, hasEnded, nowMs) {
      lastRun.set({ service, check }, nowMs / 1_000);
      if (hasEnded) lastSweep.set({ service, check }, nowMs / 1_000);
    },
    failed: (check) => failures.inc({ service, check }),
  };
}

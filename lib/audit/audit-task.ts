import { AppError } from '../errors/app-error.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { Platform } from '../service/service.ts';
import { repeatedTask, type ServiceTask } from '../service/service-task.ts';
import { createAuditMetrics } from './audit-metrics.ts';
import type { AuditCheck, Finding } from './finding.ts';

export interface AuditTaskOptions {
  /** Its name in the metrics. */
  readonly service: string;
  /** By names of a fixed few: `stock`. */
  readonly checks: Readonly<Record<string, AuditCheck>>;
  /** For units that name users: the log says their kinds only, and `npm run audit` the rest. Default false. */
  readonly hidesUnits?: boolean;
}

/** Between the end of one run and the next. */
export const AUDIT_INTERVAL_MS = 60_000;
/** A check that takes longer has failed: an auditor that hangs must be seen. */
const maxCheckMs = 300_000;
/** Lines of one check in one run; another one tells how many more there are. */
export const MAX_LOGGED_FINDINGS = 10;

/**
 * Looks each minute whether a service's books balance, and tells by metrics and log. Whatever runs it sees the whole
 * service; several that do see the same. The checks run one after the other, and one that fails stops no other.
 */
export function auditTask(
  { clock, logger, metrics }: Pick<Platform, 'clock' | 'logger' | 'metrics'>,
  { service, checks, hidesUnits = false }: AuditTaskOptions,
): ServiceTask {
  const counts = createAuditMetrics(metrics, service);
  const underWay = new Set<string>();

  /** Begins none that is under way still: those that hang would be more with each run. */
  async function look(name: string, check: AuditCheck, stopping: AbortSignal): Promise<readonly Finding[]> {
    if (underWay.has(name)) throw new AppError('DEADLINE_EXCEEDED', {});
    underWay.add(name);
    const tooLate = new AbortController();
    const signal = AbortSignal.any([stopping, tooLate.signal]);
    const looking = Promise.try(check, signal).finally(() => underWay.delete(name));
    const findings = await within(clock, maxCheckMs, looking);
    if (findings !== timedOut) return findings;
    looking.catch(() => {});
    tooLate.abort(new AppError('DEADLINE_EXCEEDED', {}));
    throw tooLate.signal.reason;
  }

  function tell(check: string, findings: readonly Finding[]): void {
    for (const { unit, problem } of findings.slice(0, MAX_LOGGED_FINDINGS)) {
      const named = hidesUnits ? unit.split(' ', 1)[0] : unit;
      logger.error({ service, check, unit: named, problem }, 'audit finding');
    }
    const more = findings.length - MAX_LOGGED_FINDINGS;
    if (more > 0) logger.error({ service, check, more }, 'audit findings that are not logged');
  }

  async function audit(stopping: AbortSignal): Promise<void> {
    for (const [name, check] of Object.entries(checks)) {
      if (stopping.aborted) return;
      try {
        const findings = await look(name, check, stopping);
        counts.ended(name, findings.length, clock.now());
        tell(name, findings);
      } catch (error) {
        if (stopping.aborted) return;
        counts.failed(name);
        logger.error({ service, check: name, err: error }, 'audit check failed');
      }
    }
  }

  const { name, run } = repeatedTask(clock, 'audit', AUDIT_INTERVAL_MS, audit);
  return {
    name,
    run(stopping) {
      // So that one that never comes to an end is seen too.
      for (const check of Object.keys(checks)) counts.begun(check, clock.now());
      return run(stopping);
    },
  };
}

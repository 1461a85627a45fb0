import type { Platform } from '../service/service.ts';
import { repeatedTask, type ServiceTask } from '../service/service-task.ts';
import { createAuditMetrics } from './audit-metrics.ts';
import type { AuditCheck, Finding } from './finding.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';

export interface AuditTaskOptions {
  /** Its name in the metrics. */
  readonly service: string;
  /** By names of a fixed few: `stock`. In the order in which they look. */
  readonly checks: Readonly<Record<string, AuditCheck>>;
  /** For units that name users: the log says their kinds only, and `npm run audit` the rest. Default false. */
  readonly hidesUnits?: boolean;
}

/** Between the end of one run and the next. */
export const AUDIT_INTERVAL_MS = 60_000;
/** Lines of one check in one run; another one tells how many more there are. */
export const MAX_LOGGED_FINDINGS = 10;

/** How far a check is. */
interface Progress {
  readonly name: string;
  readonly sweeper: Sweeper;
  /** Findings of the last sweep that ended, or of one that failed where it had found more. */
  before: number;
  /** Findings of the sweep under way. */
  found: number;
}

/**
 * Looks each minute whether a service's books balance, and tells by metrics and log. Each check goes on for a moment
 * where it stopped a minute ago (`LOOK_MS`), so that books of any length are no load. Whatever process runs it sees the
 * whole service; several that do see the same. The checks run one after the other, and one that fails stops no other.
 */
export function auditTask(
  { clock, logger, metrics }: Pick<Platform, 'clock' | 'logger' | 'metrics'>,
  { service, checks, hidesUnits = false }: AuditTaskOptions,
): ServiceTask {
  const counts = createAuditMetrics(metrics, service);

  function log(check: string, { unit, problem }: Finding): void {
    const named = hidesUnits ? unit.split(' ', 1)[0] : unit;
    logger.error({ service, check, unit: named, problem }, 'audit finding');
  }

  /** One turn of a check. Its findings are told as it goes: there may be many pages before an end. */
  async function look(progress: Progress): Promise<void> {
    const { name, sweeper } = progress;
    let told = 0;
    try {
      const hasEnded = await sweeper.goOn((findings) => {
        for (const finding of findings.slice(0, Math.max(0, MAX_LOGGED_FINDINGS - told))) log(name, finding);
        told += findings.length;
        progress.found += findings.length;
        counts.found(name, Math.max(progress.before, progress.found));
      });
      if (hasEnded) {
        remember(progress, progress.found);
        counts.found(name, progress.before);
      }
      counts.looked(name, hasEnded, clock.now());
    } catch (error) {
      remember(progress, Math.max(progress.before, progress.found));
      throw error;
    } finally {
      const more = told - MAX_LOGGED_FINDINGS;
      if (more > 0) logger.error({ service, check: name, more }, 'audit findings that are not logged');
    }
  }

  function remember(progress: Progress, findings: number): void {
    progress.before = findings;
    progress.found = 0;
  }

  async function audit(all: readonly Progress[], stopping: AbortSignal): Promise<void> {
    for (const progress of all) {
      if (stopping.aborted) return;
      try {
        await look(progress);
      } catch (error) {
        if (stopping.aborted) return;
        counts.failed(progress.name);
        logger.error({ service, check: progress.name, err: error }, 'audit check failed');
      }
    }
  }

  return {
    name: 'audit',
    run(stopping) {
      const all = Object.entries(checks).map(([name, check]) => {
        // So that one that never comes to an end is seen too.
        counts.begun(name, clock.now());
        return { name, sweeper: createSweeper(clock, check, stopping), before: 0, found: 0 };
      });
      return repeatedTask(clock, 'audit', AUDIT_INTERVAL_MS, () => audit(all, stopping)).run(stopping);
    },
  };
}

import { type Clock, systemClock } from '../clock/clock.ts';
import type { RequestBudget } from '../http/request-call.ts';
import { type Component, Lifecycle, type ProcessEvents } from '../lifecycle/lifecycle.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { startProcessMetrics } from '../telemetry/process-metrics.ts';
import { HttpPorts } from './http-ports.ts';
import type { ProcessConfig } from './process-config.ts';
import { StartReport } from './start-report.ts';

/** The parts of the world that a test replaces. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly processEvents?: ProcessEvents;
  readonly write?: (line: string) => void;
  /** When the start began that the report measures, by the clock. Default: now. */
  readonly startedAtMs?: number;
  /** Replaces the last line; absent where the output is no terminal. */
  readonly redraw?: (text: string) => void;
}

/** A started process. */
export interface RunningProcess {
  /** Where each component listens that does: component name → address. */
  readonly addresses: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** What every process has, whatever runs in it. */
export interface ProcessFrame {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly report: StartReport;
  readonly ports: HttpPorts;
  readonly budget: RequestBudget;
  /** Calls under way at a stop get this long to end. */
  readonly graceMs: number;
  readonly isReady: () => boolean;
  /**
   * Starts components in order and says so; `what` completes "Tiffin starts …".
   * @throws StartError after everything that had started was stopped again.
   */
  start(what: string, components: readonly Component[]): Promise<RunningProcess>;
}

const graceMs = 2_000;

/** `drainMs` is how long the process says "not ready" before it closes its ports. */
export function createProcessFrame(
  config: ProcessConfig,
  drainMs: number,
  { clock = systemClock, processEvents, write = toStdout, ...terminal }: Surroundings = {},
): ProcessFrame {
  const logger = createLogger({ level: config.logLevel, format: config.logFormat, clock });
  const metrics = createMetrics();
  const lifecycle = new Lifecycle({
    clock,
    logger,
    metrics,
    drainMs,
    ...(processEvents && { processEvents }),
  });
  const report = new StartReport({ clock, write, ...terminal });
  return {
    clock,
    logger,
    metrics,
    report,
    ports: new HttpPorts({ clock, host: config.host, graceMs, report }),
    budget: { defaultTimeoutMs: config.maxRequestMs, maxTimeoutMs: config.maxRequestMs },
    graceMs,
    isReady: () => lifecycle.ready,
    async start(what, components) {
      write(`Tiffin starts ${what}.`);
      await lifecycle.start([processMetrics(metrics), ...components]);
      report.ready();
      return { addresses: report.addresses, stop: () => lifecycle.stop('asked to') };
    },
  };
}

/** It starts first and ends last. */
function processMetrics(metrics: Metrics): Component {
  return {
    name: 'process metrics',
    async start() {
      const measured = startProcessMetrics(metrics);
      return { stop: async () => measured.stop() };
    },
  };
}

const toStdout = (line: string) => void process.stdout.write(`${line}\n`);

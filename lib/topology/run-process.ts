import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../clock/clock.ts';
import { ConfigError, type Env } from '../config/config.ts';
import { createInternalTokens } from '../identity/internal-token.ts';
import { type Component, Lifecycle, type ProcessEvents, StartError } from '../lifecycle/lifecycle.ts';
import { createRpcMetrics } from '../rpc/rpc-metrics.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { startProcessMetrics } from '../telemetry/process-metrics.ts';
import { readCommandLine } from './command-line.ts';
import { createEngines, type Engines } from './engines.ts';
import { createLinks, type Links } from './links.ts';
import { missingSettings } from './missing-settings.ts';
import { loadProcessConfig, type ProcessConfig } from './process-config.ts';
import { ProcessHost } from './process-host.ts';
import { StartReport } from './start-report.ts';
import type { Topology } from './topology.ts';

/** Runs what the command line asks for until a signal stops it. Every refusal is a sentence and exit code 1. */
export async function runProcess(topology: Topology, args: readonly string[], env: Env): Promise<void> {
  const command = readCommandLine(args, Object.keys(topology));
  if (command.kind === 'help') return void process.stdout.write(`${command.text}\n`);
  if (command.kind === 'refused') return refuse(command.sentence);
  try {
    await startProcess(
      topology,
      command.components,
      env,
      process.stdout.isTTY ? { redraw: redrawStdout } : {},
    );
  } catch (error) {
    if (error instanceof ConfigError || error instanceof StartError) return refuse(error.message);
    throw error;
  }
}

function refuse(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

/** A started process. */
export interface RunningProcess {
  /** Where each component listens that does: component name → address. */
  readonly addresses: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** The parts of the world that a test replaces. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly processEvents?: ProcessEvents;
  readonly write?: (line: string) => void;
  /** Replaces the last line; absent where the output is no terminal. */
  readonly redraw?: (text: string) => void;
}

/**
 * Starts components of the topology in its order.
 * @throws ConfigError, or StartError after everything that had started was stopped again.
 */
export async function startProcess(
  topology: Topology,
  names: readonly string[],
  env: Env,
  { clock = systemClock, processEvents, write = toStdout, redraw }: Surroundings = {},
): Promise<RunningProcess> {
  const config = loadProcessConfig(topology, env, names);
  const isSplit = names.length < Object.keys(topology).length;
  const missing = isSplit ? missingSettings(topology, names, config, env) : [];
  if (missing.length > 0) throw new ConfigError(missing.map((what) => `Set ${what}.`));

  const logger = createLogger({ level: config.logLevel, format: config.logFormat, clock });
  const metrics = createMetrics();
  const lifecycle = new Lifecycle({
    clock,
    logger,
    metrics,
    drainMs: isSplit ? config.drainMs : 0,
    ...(processEvents && { processEvents }),
  });
  const report = new StartReport({ clock, write, ...(redraw && { redraw }) });
  const observe = { clock, logger, metrics: createRpcMetrics(metrics) };
  const secret = config.internalTokenSecret ?? randomBytes(32).toString('base64url');
  const tokens = createInternalTokens({ secret, clock });
  const services = names.filter((name) => topology[name]?.kind === 'service');
  const engines = createEngines({ ...config, services, clock, logger });
  const links = createLinks({
    ...observe,
    logger,
    urlOf: config.urlOf,
    timeoutMs: config.rpcTimeoutMs,
    tokens,
  });
  const host = new ProcessHost({
    ...config,
    clock,
    logger,
    metrics,
    observe,
    env,
    engines,
    links,
    tokens,
    isSplit,
    isReady: () => lifecycle.ready,
    budget: { defaultTimeoutMs: config.maxRequestMs, maxTimeoutMs: config.maxRequestMs },
    graceMs: 2_000,
    report,
  });

  write(`Tiffin starts ${isSplit ? names.join(', ') : 'the whole platform in one process'}.`);
  await lifecycle.start([
    foundation(links, metrics),
    ...(services.length > 0 ? [report.timed(enginesComponent(engines), engines.description)] : []),
    ...partsOf(topology, names, config, host).map((component) => report.timed(component)),
  ]);
  report.ready(report.addresses.get('gateway'));
  return { addresses: report.addresses, stop: () => lifecycle.stop('asked to') };
}

/** What everything else stands on: it starts first and ends last. */
function foundation(links: Links, metrics: Metrics): Component {
  return {
    name: 'links',
    async start() {
      const processMetrics = startProcessMetrics(metrics);
      return {
        async stop() {
          processMetrics.stop();
          await links.close();
        },
      };
    },
  };
}

function enginesComponent(engines: Engines): Component {
  return {
    name: 'engines',
    async start() {
      await engines.open().catch(async (error) => {
        await engines.close();
        throw error;
      });
      return { stop: () => engines.close() };
    },
  };
}

/** The components asked for; where none of them speaks HTTP, the ops routes get a port of their own. */
function partsOf(
  topology: Topology,
  names: readonly string[],
  config: ProcessConfig,
  host: ProcessHost,
): Component[] {
  const chosen = Object.entries(topology).filter(([name]) => names.includes(name));
  const components = chosen.map(([name, component]) => host.component(name, component, config.portOf(name)));
  const speaksHttp = chosen.some(([, { kind }]) => kind !== 'service');
  return speaksHttp
    ? components
    : [...components, host.ops(config.opsPort ?? config.portOf(names[0] ?? '') + 1_000)];
}

const toStdout = (line: string) => void process.stdout.write(`${line}\n`);
/** Back to the start of the line, and away with what stood on it. */
const redrawStdout = (text: string) => void process.stdout.write(`\r\u001b[K${text}`);

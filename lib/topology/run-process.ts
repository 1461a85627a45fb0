import { randomBytes } from 'node:crypto';
import { ConfigError, type Env } from '../config/config.ts';
import { createInternalTokens } from '../identity/internal-token.ts';
import type { Component } from '../lifecycle/lifecycle.ts';
import { createRpcMetrics } from '../rpc/rpc-metrics.ts';
import { createEngines, type Engines } from './engines.ts';
import { createLinks, type Links } from './links.ts';
import { missingSettings } from './missing-settings.ts';
import { loadProcessConfig, type ProcessConfig } from './process-config.ts';
import { createProcessFrame, type RunningProcess, type Surroundings } from './process-frame.ts';
import { ProcessHost } from './process-host.ts';
import { openProcessTracing } from './process-tracing.ts';
import type { Topology } from './topology.ts';

/**
 * Starts components of the topology in its order.
 * @throws ConfigError, or StartError after everything that had started was stopped again.
 */
export async function startProcess(
  topology: Topology,
  names: readonly string[],
  env: Env,
  surroundings: Surroundings = {},
): Promise<RunningProcess> {
  const config = loadProcessConfig(topology, env, names);
  const isSplit = names.length < Object.keys(topology).length;
  const missing = isSplit ? missingSettings(topology, names, config, env) : [];
  if (missing.length > 0) throw new ConfigError(missing.map((what) => `Set ${what}.`));

  const frame = createProcessFrame(config, isSplit ? config.drainMs : 0, surroundings);
  const { clock, logger, metrics, report } = frame;
  const traces = await openProcessTracing(config, frame, isSplit ? names.join('+') : 'tiffin');
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
    ...frame,
    observe,
    tracing: traces.tracing,
    env,
    engines,
    links,
    tokens,
    isSplit,
  });

  return frame.start(isSplit ? names.join(', ') : 'the whole platform in one process', [
    traces.component,
    linksComponent(links),
    ...(services.length > 0 ? [report.timed(enginesComponent(engines), engines.description)] : []),
    ...partsOf(topology, names, config, host).map((component) => report.timed(component)),
  ]);
}

function linksComponent(links: Links): Component {
  return { name: 'links', start: async () => ({ stop: () => links.close() }) };
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

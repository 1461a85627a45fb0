import { randomBytes } from 'node:crypto';
import { ConfigError, type Env } from '../config/config.ts';
import { createInternalTokens } from '../identity/internal-token.ts';
import type { Component } from '../lifecycle/lifecycle.ts';
import { createRpcMetrics } from '../rpc/rpc-metrics.ts';
import { BackgroundWork } from './background-work.ts';
import { createEngines, type Engines } from './engines.ts';
import { createLinks, type Links } from './links.ts';
import { missingSettings } from './missing-settings.ts';
import { loadProcessConfig, type ProcessConfig, portVariable } from './process-config.ts';
import { createProcessFrame, type RunningProcess, type Surroundings } from './process-frame.ts';
import { ProcessHost } from './process-host.ts';
import { openProcessTracing } from './process-tracing.ts';
import { describeSelection, isWhole, rolesOf, type Selection } from './selection.ts';
import { takenPorts, type WantedPort } from './taken-ports.ts';
import { hasDatabase, type Topology } from './topology.ts';

/**
 * Starts components of the topology in its order.
 * @throws ConfigError, also where a port is taken, or StartError after everything that had started was stopped again.
 */
export async function startProcess(
  topology: Topology,
  selection: Selection,
  env: Env,
  surroundings: Surroundings = {},
): Promise<RunningProcess> {
  const names = [...selection.keys()];
  const roles = rolesOf(topology);
  const asked = describeSelection(roles, selection);
  const config = loadProcessConfig(topology, env, names);
  const isSplit = !isWhole(roles, selection);
  const missing = isSplit ? missingSettings(topology, selection, config, env) : [];
  if (missing.length > 0) throw new ConfigError(missing.map((what) => `Set ${what}.`));
  const taken = await takenPorts(config.host, wantedPorts(topology, selection, config, isSplit));
  if (taken.length > 0) throw new ConfigError(taken);

  const frame = createProcessFrame(config, isSplit ? config.drainMs : 0, surroundings);
  const { clock, logger, metrics, report } = frame;
  const traces = await openProcessTracing(config, frame, isSplit ? asked.join('+') : 'tiffin');
  const observe = { clock, logger, metrics: createRpcMetrics(metrics) };
  const secret = config.internalTokenSecret ?? randomBytes(32).toString('base64url');
  const tokens = createInternalTokens({ secret, clock });
  const services = names.filter((name) => topology[name]?.kind === 'service');
  const databases = services.filter((name) => hasDatabase(topology, name));
  const engines = createEngines({ ...config, services, databases, clock, logger, metrics });
  const links = createLinks({
    ...observe,
    logger,
    urlOf: config.urlOf,
    timeoutMs: config.rpcTimeoutMs,
    tokens,
    tls: config.internalTls,
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
    background: new BackgroundWork({ clock, logger, metrics }),
  });

  return frame.start(isSplit ? asked.join(', ') : 'the whole platform in one process', [
    traces.component,
    linksComponent(links),
    ...(services.length > 0 ? [report.timed(enginesComponent(engines), engines.description)] : []),
    ...partsOf(topology, selection, config, host).map((component) => report.timed(component)),
    ...(services.length > 0 ? [host.background()] : []),
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
  selection: Selection,
  config: ProcessConfig,
  host: ProcessHost,
): Component[] {
  const chosen = Object.entries(topology).filter(([name]) => selection.has(name));
  const components = chosen.map(([name, component]) =>
    host.component(name, component, selection.get(name) ?? [], config.portOf(name)),
  );
  const port = opsPort(topology, selection, config);
  return port === undefined ? components : [...components, host.ops(port)];
}

/** Of the ops routes, where the process has no other part that speaks HTTP. */
function opsPort(topology: Topology, selection: Selection, config: ProcessConfig): number | undefined {
  const names = [...selection.keys()];
  if (names.some((name) => topology[name]?.kind !== 'service')) return undefined;
  return config.opsPort ?? config.portOf(names[0] ?? '') + 1_000;
}

/** Subgraphs and services of a whole platform speak to each other within the process. */
function wantedPorts(
  topology: Topology,
  selection: Selection,
  config: ProcessConfig,
  isSplit: boolean,
): WantedPort[] {
  const listening = [...selection].filter(([name, roles]) => {
    const kind = topology[name]?.kind;
    return kind === 'gateway' || (isSplit && (kind === 'subgraph' || roles.includes('api')));
  });
  const ops = opsPort(topology, selection, config);
  return [
    ...listening.map(([name]) => ({ variable: portVariable(name), port: config.portOf(name) })),
    ...(ops === undefined ? [] : [{ variable: 'OPS_PORT', port: ops }]),
  ];
}

import { ConfigError, type Env } from '../config/config.ts';
import { loadProcessConfig } from './process-config.ts';
import { createProcessFrame, type RunningProcess, type Surroundings } from './process-frame.ts';
import { openProcessTracing } from './process-tracing.ts';
import type { Topology } from './topology.ts';

/** What only processes of the platform read: an environment may hold somebody else's. */
const platformVariables = new Set([
  'DATA_DIR',
  'DATABASE_URL',
  'REDIS_URL',
  'KAFKA_BROKERS',
  'KAFKA_PREFIX',
  'KAFKA_USERNAME',
  'KAFKA_PASSWORD',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_TLS',
  'KAFKA_REPLICATION_FACTOR',
  'KAFKA_MIN_INSYNC_REPLICAS',
  'KAFKA_PARTITIONS',
  'INTERNAL_TOKEN_SECRET',
  'OPS_PORT',
  'DEMO_DATA',
  'RPC_TIMEOUT_MS',
]);

/**
 * Starts the topology's gateway over a supergraph file, and nothing else: no engines, no secrets, no files.
 * @throws ConfigError, or StartError with a sentence on the file.
 */
export async function startStandalone(
  topology: Topology,
  supergraphFile: string,
  wholeEnv: Env,
  surroundings: Surroundings = {},
): Promise<RunningProcess> {
  const { name, gateway, standalone } = gatewayOf(topology);
  const env = withoutPlatform(wholeEnv);
  const config = loadProcessConfig({ [name]: { ...gateway, variables: standalone.variables } }, env);
  const frame = createProcessFrame(config, config.drainMs, surroundings);
  const { clock, logger, metrics, budget, isReady, report, ports } = frame;
  const given = { clock, logger, metrics, budget, isReady, tls: config.internalTls };
  const { tracing, component: lastSpans } = await openProcessTracing(config, frame, name);
  const component = ports.gateway(name, config.portOf(name), () =>
    standalone.start({ ...given, tracing, env, supergraphFile }),
  );
  return frame.start(`a gateway over ${supergraphFile}`, [lastSpans, report.timed(component)]);
}

function gatewayOf(topology: Topology) {
  for (const [name, gateway] of Object.entries(topology)) {
    if (gateway.kind === 'gateway' && gateway.standalone)
      return { name, gateway, standalone: gateway.standalone };
  }
  throw new ConfigError(['No gateway of this topology can stand alone.']);
}

function withoutPlatform(env: Env): Env {
  const isForeign = (name: string) => platformVariables.has(name.replace(/_FILE$/, ''));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isForeign(name)));
}

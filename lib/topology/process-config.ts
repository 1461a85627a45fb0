import { cacheVariables } from '../cache/cache-variables.ts';
import { type Config, ConfigError, type ConfigSchema, type Env, loadConfig } from '../config/config.ts';
import {
  boolean,
  choice,
  durationMs,
  integer,
  list,
  port,
  ratio,
  secret,
  text,
  url,
} from '../config/variable.ts';
import type { KafkaSettings } from '../events/kafka/kafka-settings.ts';
import { type InternalTls, internalTls, internalTlsVariables } from '../tls/internal-tls.ts';
import { hasDatabase, type Topology } from './topology.ts';

const postgresUrl = { optional: true, secret: true, protocols: ['postgres', 'postgresql'] } as const;

/** What every process reads from its environment, whatever runs in it. */
export const processVariables = {
  HOST: text({ default: '127.0.0.1', description: 'The address that everything listens on.' }),
  DATA_DIR: text({ default: '.data', description: 'Where embedded engines and generated keys are kept.' }),
  DATABASE_URL: url({
    ...postgresUrl,
    description: 'A PostgreSQL server for all services, a schema each; without it PGlite in this process.',
  }),
  REDIS_URL: url({
    optional: true,
    secret: true,
    protocols: ['redis', 'rediss'],
    several: true,
    description:
      'A Redis server, or several addresses of one Redis Cluster; without it an imitation in this process.',
  }),
  ...cacheVariables,
  KAFKA_BROKERS: list({
    optional: true,
    description:
      'Kafka brokers, host:port each, that carry events between processes; without them events stay in this process.',
  }),
  KAFKA_PREFIX: text({
    default: '',
    description:
      'Stands before the name of each topic and group, so that several platforms may share brokers.',
  }),
  KAFKA_USERNAME: text({
    optional: true,
    description: 'Who this process is to Kafka, by SASL; without it the process does not log in.',
  }),
  KAFKA_PASSWORD: secret({ optional: true, description: 'The password that belongs to KAFKA_USERNAME.' }),
  KAFKA_SASL_MECHANISM: choice({
    of: ['scram-sha-512', 'plain'],
    default: 'scram-sha-512',
    description:
      'How it logs in. With plain the password travels as it is: only with KAFKA_TLS, or in a closed network.',
  }),
  KAFKA_TLS: boolean({ default: false, description: 'Whether connections to Kafka are encrypted.' }),
  KAFKA_REPLICATION_FACTOR: integer({
    default: 3,
    min: 1,
    max: 32,
    description: 'How many brokers hold each event. Topics that have fewer are refused.',
  }),
  KAFKA_MIN_INSYNC_REPLICAS: integer({
    default: 2,
    min: 1,
    max: 32,
    description: 'How many of them must have an event before it counts as sent.',
  }),
  KAFKA_PARTITIONS: integer({
    default: 6,
    min: 1,
    max: 1_000,
    description: 'Partitions of a topic that is made: at most so many processes share a consumer’s events.',
  }),
  INTERNAL_TOKEN_SECRET: secret({
    optional: true,
    minChars: 32,
    description: 'Signs what our processes say to each other; the same in all of them.',
  }),
  ...internalTlsVariables,
  OPS_PORT: port({
    optional: true,
    description: 'Where a process of services only answers /readyz and /metrics; else its first port + 1000.',
  }),
  DEMO_DATA: boolean({
    optional: true,
    description:
      'Whether empty databases are filled with demo data, public passwords included; by default the embedded one is, a server is not.',
  }),
  REQUEST_TIMEOUT_MS: durationMs({
    default: 5_000,
    min: 1,
    max: 60_000,
    description: 'The budget of a request; x-request-timeout-ms asks for less.',
  }),
  RPC_TIMEOUT_MS: durationMs({
    default: 2_000,
    min: 1,
    max: 60_000,
    description: 'The most that one rpc may take of its request. go-zero has the same default.',
  }),
  DRAIN_MS: durationMs({
    default: 1_000,
    min: 0,
    max: 4_000,
    description: 'How long a stopping process says "not ready" before it closes its ports.',
  }),
  LOG_FORMAT: choice({
    of: ['text', 'json'],
    default: 'text',
    description: 'Lines for people or for machines.',
  }),
  LOG_LEVEL: choice({
    of: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'warn',
    description: 'Lines below it are not written; info has one line for each request and rpc.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: url({
    optional: true,
    protocols: ['http', 'https'],
    description:
      'The base URL of a collector that takes traces as OTLP over HTTP; without it nothing is traced.',
  }),
  TRACE_SAMPLE_RATIO: ratio({
    default: 0.01,
    description:
      'Which share of the requests to the gateway is traced; the other components follow the gateway.',
  }),
};

export interface ProcessConfig {
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrlOf: (
    service: string,
  ) => { readonly url: string; readonly variable: string } | undefined;
  readonly redisUrl: string | undefined;
  /** Undefined where events stay in the process. */
  readonly kafka: KafkaSettings | undefined;
  readonly internalTokenSecret: string | undefined;
  /** Undefined where links between processes are in clear text. */
  readonly internalTls: InternalTls | undefined;
  /** Whether an empty database of a service is filled with demo data. */
  readonly demoDataOf: (service: string) => boolean;
  readonly opsPort: number | undefined;
  readonly maxRequestMs: number;
  readonly rpcTimeoutMs: number;
  readonly drainMs: number;
  readonly logFormat: 'text' | 'json';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly otlpEndpoint: string | undefined;
  readonly traceSampleRatio: number;
  /** Where a component of another process listens. */
  readonly urlOf: (component: string) => string | undefined;
  /** Where a component of this process listens. */
  readonly portOf: (component: string) => number;
}

/**
 * The configuration of a process that runs some components of the topology.
 * @throws ConfigError that lists every bad variable.
 */
export function loadProcessConfig(
  topology: Topology,
  env: Env,
  running: readonly string[] = Object.keys(topology),
): ProcessConfig {
  const own = running.map((name) => topology[name]?.variables ?? {});
  const schema: ConfigSchema = Object.assign({}, ...own, processVariables, componentVariables(topology));
  const values = loadConfig(schema, env) as Config<typeof processVariables> & Record<string, unknown>;
  const tls = internalTls(values);
  if (tls) refuseClearText(topology, values);
  const databaseUrlOf = (service: string) => {
    const own = `${variablePrefix(service)}_DATABASE_URL`;
    const variable = values[own] === undefined ? 'DATABASE_URL' : own;
    const databaseUrl = values[variable] as string | undefined;
    return databaseUrl === undefined ? undefined : { url: databaseUrl, variable };
  };
  return {
    host: values.HOST,
    dataDir: values.DATA_DIR,
    databaseUrlOf,
    redisUrl: values.REDIS_URL,
    kafka: kafkaConfig(values),
    internalTokenSecret: values.INTERNAL_TOKEN_SECRET,
    internalTls: tls,
    demoDataOf: (service) => values.DEMO_DATA ?? databaseUrlOf(service) === undefined,
    opsPort: values.OPS_PORT,
    maxRequestMs: values.REQUEST_TIMEOUT_MS,
    rpcTimeoutMs: values.RPC_TIMEOUT_MS,
    drainMs: values.DRAIN_MS,
    logFormat: values.LOG_FORMAT,
    logLevel: values.LOG_LEVEL,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    traceSampleRatio: values.TRACE_SAMPLE_RATIO,
    urlOf: (component) => values[urlVariable(component)] as string | undefined,
    portOf: (component) => values[portVariable(component)] as number,
  };
}

function kafkaConfig(values: Config<typeof processVariables>): KafkaSettings | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = values;
  if ((username === undefined) !== (password === undefined)) {
    throw new ConfigError(['Set both KAFKA_USERNAME and KAFKA_PASSWORD, or neither.']);
  }
  if (values.KAFKA_MIN_INSYNC_REPLICAS > values.KAFKA_REPLICATION_FACTOR) {
    throw new ConfigError(['KAFKA_MIN_INSYNC_REPLICAS must not be above KAFKA_REPLICATION_FACTOR.']);
  }
  // With more no topic of that name could be made.
  if (!/^[\w.-]{0,64}$/.test(values.KAFKA_PREFIX)) {
    throw new ConfigError(['KAFKA_PREFIX must be up to 64 letters, digits, dots, hyphens and underscores.']);
  }
  if (!brokers) return undefined;
  return {
    brokers,
    prefix: values.KAFKA_PREFIX,
    tls: values.KAFKA_TLS,
    ...(username !== undefined &&
      password !== undefined && {
        login: { username, password, mechanism: values.KAFKA_SASL_MECHANISM },
      }),
    topics: {
      partitions: values.KAFKA_PARTITIONS,
      replicationFactor: values.KAFKA_REPLICATION_FACTOR,
      minInsyncReplicas: values.KAFKA_MIN_INSYNC_REPLICAS,
    },
  };
}

/** A subgraph's URL says how it is reached; that of a gRPC service is host:port and does not. */
function refuseClearText(topology: Topology, values: Record<string, unknown>): void {
  const clear = Object.keys(topology)
    .map(urlVariable)
    .filter((name) => String(values[name]).startsWith('http://'));
  if (clear.length === 0) return;
  throw new ConfigError(clear.map((name) => `${name} must begin with https:// where INTERNAL_TLS is on.`));
}

/** `shop-subgraph` reads SHOP_SUBGRAPH_URL. */
export const urlVariable = (component: string) => `${variablePrefix(component)}_URL`;

/** The gateway's port is what users change, so it has the usual name. */
export const portVariable = (component: string) =>
  component === 'gateway' ? 'PORT' : `${variablePrefix(component)}_PORT`;

const variablePrefix = (component: string) => component.toUpperCase().replaceAll('-', '_');

/** The variables that follow from the topology: a port for each component, a URL for each that others call. */
export function componentVariables(topology: Topology): ConfigSchema {
  return Object.assign(
    {},
    ...Object.entries(topology).map(([name, component]) => variablesOf(topology, name, component)),
  );
}

function variablesOf(
  topology: Topology,
  name: string,
  { kind, port: usualPort }: Topology[string],
): ConfigSchema {
  const ports = {
    [portVariable(name)]: port({
      default: usualPort,
      description: `Where ${name} listens; 0 takes a free port.`,
    }),
  };
  switch (kind) {
    case 'gateway':
      return ports;
    case 'subgraph':
      return {
        ...ports,
        [urlVariable(name)]: url({
          optional: true,
          protocols: ['http', 'https'],
          description: `The GraphQL endpoint of ${name}, where another process runs it.`,
        }),
      };
    case 'service':
      return {
        ...ports,
        [urlVariable(name)]: text({
          optional: true,
          description: `host:port where ${name} answers gRPC, where another process runs it.`,
        }),
        ...(hasDatabase(topology, name) && {
          [`${variablePrefix(name)}_DATABASE_URL`]: url({
            ...postgresUrl,
            description: `A PostgreSQL server for ${name} alone.`,
          }),
        }),
      };
  }
}

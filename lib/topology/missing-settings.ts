import type { Env } from '../config/config.ts';
import { type ProcessConfig, urlVariable } from './process-config.ts';
import type { Selection } from './selection.ts';
import { hasDatabase, type Topology } from './topology.ts';

/**
 * What a process that runs only `selection` cannot do without: embedded engines and secrets made up at start belong to
 * one process. Each entry completes "Set …".
 */
export function missingSettings(
  topology: Topology,
  selection: Selection,
  config: ProcessConfig,
  env: Env,
): string[] {
  const running = [...selection.keys()];
  const services = running.filter((name) => topology[name]?.kind === 'service');
  const withoutDatabase = services.filter(
    (name) => hasDatabase(topology, name) && !config.databaseUrlOf(name),
  );
  const callees = new Map<string, string[]>();
  for (const caller of running) {
    for (const callee of topology[caller]?.calls ?? []) {
      if (answers(topology, selection, callee) || config.urlOf(callee)) continue;
      callees.set(callee, [...(callees.get(callee) ?? []), caller]);
    }
  }
  const withoutKafka = config.kafka ? [] : eventsLeaving(topology, selection);
  const answering = running.filter(
    (name) => topology[name]?.kind !== 'gateway' && answers(topology, selection, name),
  );
  const shared = running.flatMap((name) => topology[name]?.sharedWhenSplit ?? []);
  return [
    ...(withoutDatabase.length > 0
      ? [`DATABASE_URL to the PostgreSQL server of ${withoutDatabase.join(', ')}`]
      : []),
    ...(services.length > 0 && !config.redisUrl
      ? ['REDIS_URL to the Redis server that all processes share']
      : []),
    ...(withoutKafka.length > 0
      ? [`KAFKA_BROKERS to what carries the events of ${withoutKafka.join(', ')} between processes`]
      : []),
    ...[...callees].map(
      ([callee, callers]) => `${urlVariable(callee)} to where ${callers.join(', ')} can reach ${callee}`,
    ),
    ...(config.internalTls && !config.internalTls.own && answering.length > 0
      ? [`INTERNAL_TLS_CERT and INTERNAL_TLS_KEY to what ${answering.join(', ')} shows to callers`]
      : []),
    ...(config.internalTokenSecret ? [] : ['INTERNAL_TOKEN_SECRET to the secret that all processes share']),
    ...shared
      .filter((name) => !env[name] && !env[`${name}_FILE`])
      .map((name) => `${name} as \`npm run keys\` prints it`),
  ];
}

/** Whether a component of this process can be called: a service answers in its role `api` only. */
function answers(topology: Topology, selection: Selection, name: string): boolean {
  const roles = selection.get(name);
  return roles !== undefined && (topology[name]?.kind !== 'service' || roles.includes('api'));
}

/**
 * The services whose jobs or tasks this process runs while other processes run other parts of what handles and sends
 * events: the bus in process reaches nobody there. Their rpcs need none: they write into an outbox.
 */
function eventsLeaving(topology: Topology, selection: Selection): string[] {
  const services = Object.entries(topology).flatMap(([name, component]) =>
    component.kind === 'service' && component.usesEvents ? [{ name, roles: component.roles }] : [],
  );
  const isHere = services.every(({ name, roles }) => selection.get(name)?.length === roles.length);
  if (isHere) return [];
  const names = services.map(({ name }) => name);
  return names.filter((name) => selection.get(name)?.some((role) => role !== 'api'));
}

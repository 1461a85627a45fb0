import type { Env } from '../config/config.ts';
import { type ProcessConfig, urlVariable } from './process-config.ts';
import type { Topology } from './topology.ts';

/**
 * What a process that runs only `running` cannot do without: embedded engines and secrets made up at start belong to
 * one process. Each entry completes "Set …".
 */
export function missingSettings(
  topology: Topology,
  running: readonly string[],
  config: ProcessConfig,
  env: Env,
): string[] {
  const services = running.filter((name) => topology[name]?.kind === 'service');
  const withoutDatabase = services.filter((name) => !config.databaseUrlOf(name));
  const callees = new Map<string, string[]>();
  for (const caller of running) {
    for (const callee of topology[caller]?.calls ?? []) {
      if (running.includes(callee) || config.urlOf(callee)) continue;
      callees.set(callee, [...(callees.get(callee) ?? []), caller]);
    }
  }
  const shared = running.flatMap((name) => topology[name]?.sharedWhenSplit ?? []);
  return [
    ...(withoutDatabase.length > 0
      ? [`DATABASE_URL to the PostgreSQL server of ${withoutDatabase.join(', ')}`]
      : []),
    ...(services.length > 0 && !config.redisUrl
      ? ['REDIS_URL to the Redis server that all processes share']
      : []),
    ...[...callees].map(
      ([callee, callers]) => `${urlVariable(callee)} to where ${callers.join(', ')} can reach ${callee}`,
    ),
    ...(config.internalTokenSecret ? [] : ['INTERNAL_TOKEN_SECRET to the secret that all processes share']),
    ...shared
      .filter((name) => !env[name] && !env[`${name}_FILE`])
      .map((name) => `${name} as \`npm run keys\` prints it`),
  ];
}

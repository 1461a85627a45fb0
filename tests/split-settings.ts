import { randomBytes } from 'node:crypto';
import { freePort } from '@tiffin/lib/testing/free-port';
import { realKafkaBrokers, uniquePrefix } from '@tiffin/lib/testing/real-kafka';
import { portVariable, urlVariable } from '@tiffin/lib/topology/process-config';
import { exportJWK, generateKeyPair } from 'jose';
import { topology } from '../tiffin.ts';

/** The engines that the processes of one platform share. */
export interface SharedEngines {
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
}

/** What all processes of one platform must be told: engines, secrets, and where the services are. With demo data. */
export async function splitSettings({ postgres, redis }: SharedEngines): Promise<Record<string, string>> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return {
    DATABASE_URL: postgres.url,
    DEMO_DATA: 'true',
    REDIS_URL: redis.url,
    KAFKA_BROKERS: realKafkaBrokers().join(','),
    KAFKA_PREFIX: uniquePrefix(),
    KAFKA_REPLICATION_FACTOR: '1',
    KAFKA_MIN_INSYNC_REPLICAS: '1',
    KAFKA_PARTITIONS: '2',
    INTERNAL_TOKEN_SECRET: randomBytes(32).toString('hex'),
    TOKEN_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)),
    TOKEN_VERIFY_KEYS: JSON.stringify({ keys: [await exportJWK(publicKey)] }),
    OPS_PORT: '0',
    ...(await freePorts(componentsOf('service'))),
  };
}

export function componentsOf(kind: string): string[] {
  return Object.keys(topology).filter((name) => topology[name]?.kind === kind);
}

/** Ports and URLs of services that must know each other before they start. */
async function freePorts(services: readonly string[]): Promise<Record<string, string>> {
  const ports = await Promise.all(services.map(freePort));
  return Object.fromEntries(
    services.flatMap((service, index) => [
      [portVariable(service), String(ports[index])],
      [urlVariable(service), `127.0.0.1:${ports[index]}`],
    ]),
  );
}

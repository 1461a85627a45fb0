import { ConfigError } from '@tiffin/lib/config/config';
import type { GatewayServerOptions } from './gateway-server.ts';
import type { GraphOptions } from './graph.ts';
import { KnownDocuments, type TrustMode } from './known-documents.ts';
import { type LimitVariables, operationLimits, trustedProxies } from './limits/limit-settings.ts';
import { readTrustedDocuments } from './trusted-documents.ts';

/** Those of gateway-config.ts that are about whom the gateway answers, and in what form. */
export interface EdgeVariables extends LimitVariables {
  readonly PLAYGROUND: boolean;
  readonly INTROSPECTION: boolean | undefined;
  readonly TRUSTED_DOCUMENTS: TrustMode;
  readonly TRUSTED_DOCUMENTS_PATH: string | undefined;
  readonly PERSISTED_QUERIES: number;
  readonly CORS_ORIGINS: readonly string[] | undefined;
  readonly COMPRESSION: boolean;
}

/** What the environment says of whom the gateway answers, and in what form. */
export interface EdgeSettings {
  readonly limits: NonNullable<GraphOptions['limits']>;
  readonly server: Required<
    Pick<GatewayServerOptions, 'documents' | 'corsOrigins' | 'compression' | 'trustedProxies'>
  >;
}

/**
 * `ownDocuments` is the manifest where none is set; undefined where there is none.
 * @throws ConfigError, or Error with a sentence that names the manifest's file.
 */
export async function edgeSettings(
  config: EdgeVariables,
  ownDocuments?: () => ReadonlyMap<string, string>,
): Promise<EdgeSettings> {
  const corsOrigins = config.CORS_ORIGINS ?? [];
  const wrong = corsOrigins.filter((origin) => !isOrigin(origin));
  if (wrong.length > 0) {
    throw new ConfigError([`CORS_ORIGINS must be origins, like https://shop.example: not ${wrong.join()}.`]);
  }
  return {
    limits: { ...operationLimits(config), introspection: config.INTROSPECTION ?? config.PLAYGROUND },
    server: {
      documents: new KnownDocuments({
        trusted: await trustedBy(config, ownDocuments),
        mode: config.TRUSTED_DOCUMENTS,
        maxPersisted: config.PERSISTED_QUERIES,
      }),
      corsOrigins,
      compression: config.COMPRESSION,
      trustedProxies: trustedProxies(config),
    },
  };
}

/** A browser compares letter by letter with what it sends. */
const isOrigin = (text: string) => /^https?:/.test(text) && URL.parse(text)?.origin === text;

async function trustedBy(
  { TRUSTED_DOCUMENTS: mode, TRUSTED_DOCUMENTS_PATH: path }: EdgeVariables,
  ownDocuments?: () => ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (mode === 'off') return new Map();
  if (path !== undefined) return readTrustedDocuments(path);
  if (ownDocuments) return ownDocuments();
  if (mode === 'allow') return new Map();
  throw new ConfigError([
    'Set TRUSTED_DOCUMENTS_PATH: without a manifest TRUSTED_DOCUMENTS=only refuses everything.',
  ]);
}

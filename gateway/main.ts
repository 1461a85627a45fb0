import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadConfig } from '@tiffin/lib/config/config';
import { createAccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { generateTokenKeysOnce, parseVerifyKeys } from '@tiffin/lib/identity/token-keys';
import { SharedCounters } from '@tiffin/lib/resilience/shared-counters';
import type { StartGateway } from '@tiffin/lib/service/gateway';
import { traceFetches } from '@tiffin/lib/subgraph/trace-fetches';
import { playgroundOperations, signInOperation } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { trustedDocumentsManifest } from '@tiffin/schema/trusted-documents';
import { edgeSettings } from './edge-settings.ts';
import { gatewayVariables } from './gateway-config.ts';
import { createGatewayServer } from './gateway-server.ts';
import { createGraph } from './graph.ts';
import { ClientLimits } from './limits/client-limits.ts';
import { clientLimitSettings } from './limits/limit-settings.ts';
import { liveSettings } from './live/live-settings.ts';
import { servePlayground } from './serve-playground.ts';
import { trustedDocuments } from './trusted-documents.ts';

/** Starts the gateway: loads the supergraph, links its subgraphs and makes the one endpoint. */
export const start: StartGateway = async ({
  clock,
  logger,
  metrics,
  tracing,
  env,
  dataDir,
  isReady,
  budget,
  subgraph,
  openLiveSignals,
  openSharedRedis,
}) => {
  const config = loadConfig(gatewayVariables, env);
  const edge = await edgeSettings(config, () => trustedDocuments(trustedDocumentsManifest()));
  const jwks = config.TOKEN_VERIFY_KEYS
    ? await parseVerifyKeys(config.TOKEN_VERIFY_KEYS)
    : (await generateTokenKeysOnce(join(dataDir, 'keys'))).verifyKeys;
  const graph = await createGraph({
    source: { read: async () => supergraphSdl() },
    connect: ({ name }) => ({ subgraph: traceFetches(subgraph(name)) }),
    kind: config.EXECUTOR,
    limits: edge.limits,
    clock,
    logger,
    metrics,
  });
  const signals = await openLiveSignals();
  const counters = new SharedCounters({ open: openSharedRedis, clock, logger });
  const http = createGatewayServer({
    graph,
    tokens: createAccessTokenVerifier({ jwks, clock }),
    errors: 'catalogue',
    clock,
    logger,
    metrics,
    tracing,
    isReady,
    budget,
    newRequestId: randomUUID,
    maxBodyBytes: config.MAX_BODY_BYTES,
    ...edge.server,
    clients: new ClientLimits(clientLimitSettings(config), clock, counters),
    live: { ...liveSettings(config), signals },
  });
  if (config.PLAYGROUND) {
    const operations = playgroundOperations();
    servePlayground(http, { operations, signInOperation, compression: config.COMPRESSION });
  }
  return {
    http,
    async stop() {
      await graph.stop();
      await signals.stop();
      await counters.stop();
    },
  };
};

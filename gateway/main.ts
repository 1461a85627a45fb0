import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadConfig } from '@tiffin/lib/config/config';
import { createAccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { generateTokenKeysOnce, parseVerifyKeys } from '@tiffin/lib/identity/token-keys';
import type { StartGateway } from '@tiffin/lib/service/gateway';
import { traceFetches } from '@tiffin/lib/subgraph/trace-fetches';
import { playgroundOperations, signInOperation } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { gatewayVariables } from './gateway-config.ts';
import { createGatewayServer } from './gateway-server.ts';
import { createGraph } from './graph.ts';
import { playgroundPage } from './playground.ts';

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
}) => {
  const config = loadConfig(gatewayVariables, env);
  const jwks = config.TOKEN_VERIFY_KEYS
    ? await parseVerifyKeys(config.TOKEN_VERIFY_KEYS)
    : (await generateTokenKeysOnce(join(dataDir, 'keys'))).verifyKeys;
  const graph = await createGraph({
    source: { read: async () => supergraphSdl() },
    connect: ({ name }) => ({ subgraph: traceFetches(subgraph(name)) }),
    kind: config.EXECUTOR,
    clock,
    logger,
    metrics,
  });
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
    playground: config.PLAYGROUND
      ? playgroundPage({
          operations: playgroundOperations(),
          signInOperation,
        })
      : undefined,
  });
  return { http, stop: () => graph.stop() };
};

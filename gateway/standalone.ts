import { randomUUID } from 'node:crypto';
import { loadConfig } from '@tiffin/lib/config/config';
import { SharedCounters } from '@tiffin/lib/resilience/shared-counters';
import type { StandaloneGateway, StandalonePlatform } from '@tiffin/lib/service/gateway';
import { createRemoteSubgraph } from '@tiffin/lib/subgraph/remote-subgraph';
import { traceFetches } from '@tiffin/lib/subgraph/trace-fetches';
import { edgeSettings } from './edge-settings.ts';
import { standaloneVariables } from './gateway-config.ts';
import { createGatewayServer } from './gateway-server.ts';
import { createGraph, type Graph, type SubgraphConnection } from './graph.ts';
import type { JoinGraph } from './join-graphs.ts';
import { ClientLimits } from './limits/client-limits.ts';
import { clientLimitSettings } from './limits/limit-settings.ts';
import { liveSettings } from './live/live-settings.ts';
import { servePlayground } from './serve-playground.ts';
import { subgraphUrl } from './subgraph-url.ts';
import { supergraphFile } from './supergraph-file.ts';

/**
 * Starts a gateway over any Federation 2 supergraph. Its subgraphs are not ours: they learn nothing of the client, and
 * what they say of an error is shown as they sent it.
 */
export const start: StandaloneGateway['start'] = async (platform) => {
  const { clock, logger, metrics, tracing, env, isReady, budget, supergraphFile: path } = platform;
  const config = loadConfig(standaloneVariables, env);
  const edge = await edgeSettings(config);
  const graph = await createGraph({
    source: supergraphFile({ path, clock, logger }),
    connect: (subgraph) => connect(subgraph, platform),
    kind: config.EXECUTOR,
    limits: edge.limits,
    clock,
    logger,
    metrics,
  }).catch((error: Error) => {
    throw new Error(sentenceOn(path, error), { cause: error });
  });
  const http = createGatewayServer({
    graph,
    errors: 'as sent',
    clock,
    logger,
    metrics,
    tracing,
    isReady,
    budget,
    newRequestId: randomUUID,
    maxBodyBytes: config.MAX_BODY_BYTES,
    ...edge.server,
    clients: new ClientLimits(clientLimitSettings(config), clock, new SharedCounters({ clock, logger })),
    live: liveSettings(config),
  });
  if (config.PLAYGROUND) servePlayground(http, { title: 'GraphiQL', compression: config.COMPRESSION });
  return { http, notes: notesOn(path, graph), stop: () => graph.stop() };
};

function connect(definition: JoinGraph, { clock, logger, tls }: StandalonePlatform): SubgraphConnection {
  const { name } = definition;
  const subgraph = createRemoteSubgraph({ name, url: subgraphUrl(definition), tls, clock, logger });
  return { subgraph: traceFetches(subgraph), close: () => subgraph.close() };
}

/** Our own sentences name the file; what Apollo says of its content does not, and may have many lines. */
function sentenceOn(path: string, { message }: Error): string {
  if (message.startsWith(path)) return message;
  return `${path} cannot be served: ${message.replace(/\s+/g, ' ').slice(0, 500)}`;
}

function notesOn(path: string, { subgraphs }: Graph): string[] {
  const count = subgraphs.length === 1 ? 'one subgraph' : `${subgraphs.length} subgraphs`;
  return [
    `supergraph  ${path}, ${count}; a change of the file is served within seconds`,
    ...subgraphs.map((subgraph) => {
      // A query string may hold a key.
      const { origin, pathname } = subgraphUrl(subgraph);
      return `  ${subgraph.name.padEnd(16)} ${origin}${pathname}`;
    }),
  ];
}

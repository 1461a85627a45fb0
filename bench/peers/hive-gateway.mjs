// Hive Gateway: `rust` plans with Hive Router's planner, `dedupe` joins equal requests that are under way at once, of
// clients and to subgraphs.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import http from '@graphql-mesh/transport-http';
import { reportReady } from '../gateways/programs/child.ts';
import { supergraphSdl } from './supergraph.mjs';

const options = process.argv.slice(2);
const dedupe = options.includes('dedupe');
const gateway = createGatewayRuntime({
  supergraph: supergraphSdl(),
  logging: 'error',
  transports: { http },
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: dedupe } } },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({
      authorization: request.headers.get('authorization') ?? undefined,
    }),
  },
  inboundInflightRequestDeduplication: dedupe,
  ...(options.includes('rust') && { unifiedGraphHandler }),
});
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => reportReady({ gateway: `http://127.0.0.1:${server.address().port}` }));

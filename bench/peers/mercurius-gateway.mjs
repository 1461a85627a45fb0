// Mercurius: fastify with @mercuriusjs/gateway, which knows version 1 of federation.
import mercuriusGateway from '@mercuriusjs/gateway';
import fastify from 'fastify';
import { reportReady } from '../gateways/programs/child.ts';
import { federationOneSdl } from './federation-one-sdl.mjs';
import { subgraphUrls } from './supergraph.mjs';

const app = fastify();
app.register(mercuriusGateway, {
  jit: 1,
  gateway: {
    services: Object.entries(subgraphUrls).map(([component, url]) => ({
      name: component,
      url,
      mandatory: true,
      schema: federationOneSdl(component.replace('-subgraph', '')),
      rewriteHeaders: ({ authorization }) => ({ ...(authorization && { authorization }) }),
    })),
  },
});
reportReady({ gateway: await app.listen({ port: 0, host: '127.0.0.1' }) });

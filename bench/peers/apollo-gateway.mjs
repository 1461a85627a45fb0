// Stock: Apollo Server with @apollo/gateway.
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { reportReady } from '../gateways/programs/child.ts';
import { supergraphSdl } from './supergraph.mjs';

const gateway = new ApolloGateway({
  supergraphSdl: supergraphSdl(),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }) {
        if (context.authorization) request.http.headers.set('authorization', context.authorization);
      },
    }),
});
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
reportReady({ gateway: url.replace(/\/$/, '') });

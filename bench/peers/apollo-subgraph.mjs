// One of the three subgraphs of all peers: stock Apollo Server and @apollo/subgraph. Its resolvers, loaders and gRPC
// client are those of Tiffin's own subgraph; what Tiffin puts around them (access rules, tracing, metrics) is left out.
import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import { errorResult } from '@tiffin/lib/subgraph/error-result';
import { GraphQLScalarType, parse } from 'graphql';
import { reportReady } from '../gateways/programs/child.ts';
import { openServiceClients } from '../gateways/programs/service-clients.ts';
import { subgraphParts } from './subgraph-parts.mjs';

const [name, port] = process.argv.slice(2);
const { client, callOf } = await openServiceClients();
const { resolvers, services, createLoaders } = await subgraphParts(name);
const clients = Object.fromEntries(Object.entries(services).map(([key, service]) => [key, client(service)]));
const views = { sawShop() {}, sawGoods() {} };

const typeDefs = ['common', name, 'gen/errors', `gen/${name}-results`].map((file) =>
  parse(readFileSync(new URL(`../../schema/${file}.graphql`, import.meta.url), 'utf8')),
);
const scalars = {
  Cents: new GraphQLScalarType({ name: 'Cents' }),
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (value) => value.toISOString() }),
};
const [first, ...others] = typeDefs.map((document) => ({ typeDefs: document }));
const schema = buildSubgraphSchema([
  { ...first, resolvers: { ...scalars, ...withResults(resolvers) } },
  ...others,
]);

let asked = 0;
const server = new ApolloServer({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { port: Number(port ?? 0), host: '127.0.0.1' },
  async context({ req }) {
    asked++;
    const call = await callOf(req.headers.authorization, req.body.query.startsWith('mutation'));
    return { call, clients, loaders: createLoaders(clients, call), views };
  },
});
reportReady({ [`${name}-subgraph`]: url }, () => ({ [`${name}-subgraph`]: asked }));

/** Mutations answer with a member of their result union. */
function withResults({ Mutation, ...rest }) {
  const wrapped = Object.entries(Mutation).map(([field, resolve]) => [
    field,
    async (...args) => {
      try {
        const success = `${field[0].toUpperCase()}${field.slice(1)}Success`;
        return { __typename: success, ...(await resolve(...args)) };
      } catch (thrown) {
        const { code, detail } = toAppError(thrown);
        return errorResult(code, detail);
      }
    },
  ]);
  return { ...rest, Mutation: Object.fromEntries(wrapped) };
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, GraphQLError, type GraphQLSchema, parse } from 'graphql';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const pets = `${link}
  type Query { pets: [Pet!]! slow: String broken: String }
  type Pet @key(fields: "id") { id: ID! name: String! }`;
const visits = (fields: string) => `${link}
  type Pet @key(fields: "id") { id: ID! ${fields} }`;

/** Two plain subgraphs that know nothing of Tiffin: pets, and their visits to the vet. */
export interface PetSubgraphs extends AsyncDisposable {
  /** A supergraph with their URLs; `visitFields` is what the visits subgraph knows of a pet. */
  supergraph(visitFields?: string): string;
  /** Headers of the requests so far. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  /** Resolves when somebody asks for `slow`, which answers once it is released. */
  readonly slowAsked: Promise<void>;
  releaseSlow(): void;
}

export async function startPetSubgraphs(): Promise<PetSubgraphs> {
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const petsServer = await serve(
    headers,
    schemaOf(pets, {
      Query: {
        pets: () => [
          { id: '1', name: 'Rex' },
          { id: '2', name: 'Mia' },
        ],
        async slow() {
          asked.resolve();
          await released.promise;
          return 'at last';
        },
        broken() {
          throw new GraphQLError('The vet is ill.', {
            extensions: { code: 'VET_ILL', until: 'Monday', stacktrace: ['at vet.ts:1'] },
          });
        },
      },
    }),
  );
  const visitsServer = await serve(
    headers,
    schemaOf(visits('visits: Int! lastVisit: String'), {
      Pet: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        visits: ({ id }: { id: string }) => Number(id) * 10,
        lastVisit: () => 'yesterday',
      },
    }),
  );
  return {
    headers,
    slowAsked: asked.promise,
    releaseSlow: () => released.resolve(),
    supergraph(visitFields = 'visits: Int!') {
      const { supergraphSdl, errors } = composeServices([
        { name: 'pets', url: urlOf(petsServer), typeDefs: parse(pets) },
        { name: 'visits', url: urlOf(visitsServer), typeDefs: parse(visits(visitFields)) },
      ]);
      if (!supergraphSdl) throw new Error(errors?.join('\n'));
      return supergraphSdl;
    },
    async [Symbol.asyncDispose]() {
      for (const server of [petsServer, visitsServer]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

const schemaOf = (typeDefs: string, resolvers: object) =>
  buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: resolvers as never }]);

async function serve(headers: NodeJS.Dict<string | string[]>[], schema: GraphQLSchema): Promise<Server> {
  const server = createServer(async (request, response) => {
    headers.push(request.headers);
    const { query, variables } = JSON.parse(await text(request));
    const result = await execute({ schema, document: parse(query), variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;

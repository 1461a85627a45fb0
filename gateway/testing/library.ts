import { composeServices } from '@apollo/composition';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { parse } from 'graphql';

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

const sdl = {
  books: `
    ${federation}
    type Query { book(id: ID!): Book books: [Book!] }
    type Mutation { lend(id: ID!): LendResult }
    union LendResult = LendSuccess | Unauthenticated
    type LendSuccess { book: Book }
    type Unauthenticated { code: String! message: String! }
    type Book @key(fields: "id") { id: ID! title: String failing: String author: Author pages(from: Int! = 1): Int }
    type Author @key(fields: "id") { id: ID! }
  `,
  authors: `
    ${federation}
    type Query { me: String }
    type Author @key(fields: "id") { id: ID! name: String }
  `,
};

/** What the subgraphs of the library can be told to do. */
export interface LibraryHooks {
  /** Runs whenever `me` is asked for. */
  readonly me?: (context: SubgraphContext) => unknown;
  /** What `Book.failing` throws. */
  readonly failing?: () => unknown;
}

/** Two subgraphs with one entity in common, for tests of the gateway. `version` changes the schema that clients see. */
export function createLibrary(
  { me, failing }: LibraryHooks = {},
  version = 1,
): {
  supergraphSdl: string;
  subgraphOf: (name: string) => Subgraph;
} {
  const book = (id: string) => ({
    id,
    title: `Book ${id}`,
    author: { id: id === '3' ? 'missing' : `a${id}` },
  });
  const books = {
    Query: {
      book: (_root: unknown, { id }: { id: string }) => book(id),
      books: () => ['1', '2', '3'].map(book),
    },
    Mutation: {
      lend(_root: unknown, { id }: { id: string }, { call }: SubgraphContext) {
        if (call.identity.kind !== 'user') throw new AppError('UNAUTHENTICATED', {});
        return { book: book(id) };
      },
    },
    Book: {
      failing() {
        throw failing?.();
      },
      pages: (_book: unknown, { from }: { from: number }) => from,
    },
  };
  const authors = {
    Query: {
      me: (_root: unknown, _args: unknown, context: SubgraphContext) =>
        me ? me(context) : context.call.identity.kind,
    },
    Author: {
      __resolveReference: ({ id }: { id: string }) =>
        id === 'missing' ? null : { id, name: `Author ${id}` },
    },
  };
  const subgraphs = [subgraph('books', books), subgraph('authors', authors)];
  return { supergraphSdl: compose(version), subgraphOf: (wanted) => named(wanted, subgraphs) };
}

function named(wanted: string, subgraphs: readonly Subgraph[]): Subgraph {
  const found = subgraphs.find(({ name }) => name === wanted);
  if (!found) throw new Error(`The library has no subgraph ${wanted}.`);
  return found;
}

function subgraph(name: keyof typeof sdl, resolvers: object): Subgraph {
  return createSubgraph({
    name,
    typeDefs: [parse(sdl[name])],
    resolvers,
    mutationCodes: { lend: ['UNAUTHENTICATED'] },
    createContext: (call) => ({ call, loaders: {} }),
    logger: silentLogger,
    metrics: createMetrics(),
  });
}

function compose(version: number): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(sdl).map(([name, text]) => ({
      name,
      typeDefs: parse(
        name === 'books'
          ? `${text} type Version${version} { number: Int } extend type Query { version: Version${version} }`
          : text,
      ),
      url: `http://${name}`,
    })),
  );
  if (!supergraphSdl) throw new AggregateError(errors ?? [], 'The library does not compose.');
  return supergraphSdl;
}

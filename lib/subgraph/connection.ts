import { AppError } from '../errors/app-error.ts';

export interface Connection<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** `first` and `after` of a connection field, as GraphQL hands them over. */
export interface PageArgs {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** No connection returns more items a page than this. */
export const maxPageItems = 100;

/**
 * The page that the arguments ask for.
 * @throws AppError INVALID_ARGUMENT for `first` outside 1 to 100.
 */
export function pageRequest(args: PageArgs): { first: number; after?: string | undefined } {
  if (args.first < 1 || args.first > maxPageItems) {
    throw new AppError('INVALID_ARGUMENT', {
      violations: [{ field: 'first', expected: `must be between 1 and ${maxPageItems}` }],
    });
  }
  return args.after == null ? { first: args.first } : { first: args.first, after: args.after };
}

/** Turns a page of a service into a connection. */
export function toConnection<Edge extends { cursor: string }, Node>(
  page: { edges: readonly Edge[]; hasNextPage: boolean },
  nodeOf: (edge: Edge) => Node,
): Connection<Node> {
  return {
    edges: page.edges.map((edge) => ({ node: nodeOf(edge), cursor: edge.cursor })),
    pageInfo: { hasNextPage: page.hasNextPage, endCursor: page.edges.at(-1)?.cursor ?? null },
  };
}

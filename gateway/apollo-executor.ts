import { createHash } from 'node:crypto';
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { ExecutionResult } from 'graphql';
import type { Executor } from './executor.ts';

/** What Apollo hands from the operation to each of its fetches. */
interface FetchContext {
  readonly call: CallContext;
  readonly scope: OperationScope;
}

type GatewayRequest = Parameters<ApolloGateway['executor']>[0];

/**
 * Apollo's gateway without Apollo's server: it loads and checks the supergraph, plans and executes. Its fetches go to
 * the subgraphs that `subgraphOf` finds by their names in the supergraph.
 */
export async function createApolloExecutor(
  supergraphSdl: string,
  subgraphOf: (name: string) => Subgraph,
): Promise<Executor> {
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => dataSource(subgraphOf(name)),
    logger: silent,
  });
  const { schema, executor } = await gateway.load();
  return {
    schema,
    async execute({ text, document, operation, variables }, call, scope) {
      const operationName = operation.name?.value ?? null;
      const request = {
        request: { query: text, variables, ...(operationName && { operationName }) },
        document,
        operation,
        operationName,
        queryHash: createHash('sha256').update(text).digest('hex'),
        source: text,
        schema,
        context: { call, scope } satisfies FetchContext,
        metrics: {},
        logger: silent,
      };
      return (await executor(request as unknown as GatewayRequest)) as ExecutionResult;
    },
    stop: () => gateway.stop(),
  };
}

function dataSource(subgraph: Subgraph): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const { call, scope } = context as FetchContext;
      const { query = '', variables, operationName } = request;
      const result = await subgraph.execute({ query, variables, operationName }, call, scope);
      // A subgraph's mutation changes what other subgraphs read too. Fetches of mutations stand alone in a plan.
      if (query.startsWith('mutation')) scope.clear();
      return result as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  };
}

/** Apollo's log lines repeat what our own boundaries log with request id and code. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

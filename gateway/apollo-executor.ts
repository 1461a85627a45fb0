import { createHash } from 'node:crypto';
import type { ApolloGateway, GraphQLDataSource } from '@apollo/gateway';
import type { Clock } from '@tiffin/lib/clock/clock';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { answerInTime } from './answer-in-time.ts';
import { silentApolloLogger } from './apollo-gateway.ts';
import type { Executor } from './executor.ts';

/** What Apollo hands from the operation to each of its fetches. */
interface FetchContext {
  readonly call: CallContext;
  readonly scope: OperationScope;
}

type GatewayRequest = Parameters<ApolloGateway['executor']>[0];

/**
 * Apollo's own executor, without Apollo's server: the oracle that ours is compared with, and the way out if ours is
 * ever wrong. `gateway` has loaded the supergraph, with `apolloDataSource` for its subgraphs.
 */
export function createApolloExecutor(gateway: ApolloGateway, schema: GraphQLSchema, clock: Clock): Executor {
  return {
    schema,
    async prepare({ text, document, node }) {
      const operationName = node.name?.value ?? null;
      const request = {
        document,
        operation: node,
        operationName,
        queryHash: createHash('sha256').update(text).digest('hex'),
        source: text,
        schema,
        metrics: {},
        logger: silentApolloLogger,
      };
      const run = async (variables: Readonly<Record<string, unknown>>, context: FetchContext) => {
        const parameters = { query: text, variables, ...(operationName && { operationName }) };
        const full = { ...request, request: parameters, context } as unknown as GatewayRequest;
        return (await gateway.executor(full)) as ExecutionResult;
      };
      return {
        bytes: 0,
        run: (variables, call, scope) =>
          answerInTime(run(variables, { call, scope }), call, clock, () => endOf(call)),
      };
    },
    async stop() {},
  };
}

/** A subgraph as Apollo's executor asks it; which one it is may change with the supergraph. */
export function apolloDataSource(subgraph: () => Subgraph): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const { call, scope } = context as FetchContext;
      const { query = '', variables, operationName } = request;
      const result = await subgraph().execute({ query, variables, operationName }, call, scope);
      // A subgraph's mutation changes what other subgraphs read too. Fetches of mutations stand alone in a plan.
      if (query.startsWith('mutation')) scope.clear();
      return result as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  };
}

function endOf({ signal }: CallContext): ExecutionResult {
  const error = toAppError(signal.reason);
  return { errors: [new GraphQLError(error.message, { extensions: errorExtensions(error) })] };
}

import type { Clock } from '@tiffin/lib/clock/clock';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import { GraphQLError, getVariableValues, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { createHandler, type Handler, type Response } from 'graphql-http';
import { answerInTime } from './answer-in-time.ts';
import { clientError, refusedRequest } from './client-error.ts';
import type { ClientOperation, Executor } from './executor.ts';
import { OperationCache } from './operation-cache.ts';

/** What a request brings along besides its parameters. */
export interface RequestContext {
  readonly call: CallContext;
  readonly scope: OperationScope;
}

/** A looked-up operation on its way through graphql-http to the executor. */
type Run = { readonly request: RequestContext; readonly operation: ClientOperation };

/** GraphQL over HTTP as graphql-http reads the specification; looking up and running operations is ours. */
export function createGraphQLHandler(
  executor: Executor,
  logger: Logger,
  clock: Clock,
): Handler<unknown, RequestContext> {
  const { schema } = executor;
  const operations = new OperationCache(schema);
  return createHandler<unknown, RequestContext, Run>({
    onSubscribe({ method, context }, { query: text, operationName, variables }) {
      const checked = operations.get(text, operationName, variables ?? {});
      if ('errors' in checked) return checked.errors;
      const { document, operation } = checked;
      if (method === 'GET' && operation.operation === OperationTypeNode.MUTATION) return mutationOverGet();
      const badVariables = variableErrors(operation, variables ?? {});
      if (badVariables) return badVariables;
      const run: Run = {
        request: context,
        operation: { text, document, operation, variables: variables ?? {} },
      };
      return { schema, document, operationName: operation.name?.value ?? null, contextValue: run };
    },
    async execute({ contextValue }) {
      const { operation, request } = contextValue as Run;
      const { call, scope } = request;
      const result = await answerInTime(executor.execute(operation, call, scope), call, clock);
      if (!result.errors) return result;
      const onDefect = (err: Error) => logger.error({ requestId: call.requestId, err }, 'operation failed');
      return { ...result, errors: result.errors.map((error) => clientError(error, onDefect)) };
    },
    formatError: refusedRequest,
  });

  /** Wrong variables are a refused request, with the status of one, and reach no subgraph. */
  function variableErrors(
    { variableDefinitions = [] }: OperationDefinitionNode,
    variables: Record<string, unknown>,
  ) {
    return getVariableValues(schema, variableDefinitions, variables, { maxErrors: 20 }).errors;
  }
}

/** A GET must change nothing: links, prefetches and caches send it unasked. */
function mutationOverGet(): Response {
  const error = refusedRequest(new GraphQLError('Mutations are sent with POST.'));
  const headers = { allow: 'POST', 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify({ errors: [error] }), { status: 405, statusText: 'Method Not Allowed', headers }];
}

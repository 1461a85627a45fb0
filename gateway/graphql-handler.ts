import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { createHandler, type Handler } from 'graphql-http';
import { clientError } from './client-error.ts';
import type { ClientOperation, Executor } from './executor.ts';
import { OperationCache } from './operation-cache.ts';

/** What a request brings along besides its parameters. */
export interface RequestContext {
  readonly call: CallContext;
  readonly scope: OperationScope;
}

/** A looked-up operation on its way through graphql-http to the executor. */
type Run = RequestContext & { readonly operation: ClientOperation };

/** GraphQL over HTTP as graphql-http reads the specification; looking up and running operations is ours. */
export function createGraphQLHandler(executor: Executor): Handler<unknown, RequestContext> {
  const operations = new OperationCache(executor.schema);
  return createHandler<unknown, RequestContext, Run>({
    onSubscribe({ context }, { query: text, operationName, variables }) {
      const checked = operations.get(text, operationName);
      if ('errors' in checked) return checked.errors;
      const operation = { text, ...checked, variables: variables ?? {} };
      return {
        schema: executor.schema,
        document: checked.document,
        operationName: checked.operation.name?.value ?? null,
        contextValue: { ...context, operation },
      };
    },
    execute({ contextValue }) {
      const { operation, call, scope } = contextValue as Run;
      return executor.execute(operation, call, scope);
    },
    formatError: clientError,
  });
}

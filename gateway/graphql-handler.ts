import { toAppError } from '@tiffin/lib/errors/normalize-error';
import type { CallContext, Freshness } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { freshnessOf, withFreshness } from '@tiffin/lib/subgraph/with-freshness';
import { inSpan } from '@tiffin/lib/telemetry/in-span';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { createHandler, type Handler, type Response } from 'graphql-http';
import { clientError, refusedRequest, type ShownErrors } from './client-error.ts';
import type { PreparedOperation, Variables } from './executor.ts';
import type { GraphLease } from './graph.ts';
import type { KnownDocuments } from './known-documents.ts';
import { requestParameters } from './request-parameters.ts';

/** What a request brings along besides its parameters. */
export interface RequestContext {
  readonly call: CallContext;
  readonly scope: OperationScope;
  readonly graph: GraphLease;
  /** Called before a document is read that is neither known nor trusted; it may throw. */
  readonly onNewDocument: () => void;
  /** The text of the answer, once there is one without errors. */
  readonly answer: { text?: string };
}

/** A looked-up operation on its way through graphql-http to the executor. */
type Run = {
  readonly request: RequestContext;
  readonly prepared: PreparedOperation;
  readonly variables: Variables;
  /** Of the whole operation, whichever subgraphs it reads. */
  readonly freshness: Freshness;
};

export interface GraphQLHandlerOptions {
  readonly errors: ShownErrors;
  readonly documents: KnownDocuments;
  readonly logger: Logger;
}

/** GraphQL over HTTP as graphql-http reads the specification; looking up and running operations is ours. */
export function createGraphQLHandler({
  errors: shownErrors,
  documents,
  logger,
}: GraphQLHandlerOptions): Handler<unknown, RequestContext> {
  // graphql-http formats the errors of a result like those of a refusal, once more.
  const ofResults = new WeakSet<object>();

  function shown(error: Error, requestId: string): GraphQLError {
    const onDefect = (err: Error) => logger.error({ requestId, err }, 'operation failed');
    const made = clientError(error, shownErrors, onDefect);
    ofResults.add(made);
    return made;
  }

  const handle = createHandler<unknown, RequestContext, Run>({
    parseRequestParams: (request) => requestParameters(request, documents),
    async onSubscribe({ method, context }, { query: text, operationName, variables: given }) {
      const { schema, operations } = context.graph;
      const variables = given ?? {};
      const { call } = context;
      const onNew = () => documents.isTrusted(text) || context.onNewDocument();
      const found = await endWith(call, operations.get(text, operationName, variables, call, onNew));
      if ('errors' in found) return found.errors;
      const { document, node, prepared } = found;
      call.span?.set({
        'graphql.operation.type': node.operation,
        ...(node.name && { 'graphql.operation.name': node.name.value }),
      });
      if (node.operation === OperationTypeNode.SUBSCRIPTION) return [new GraphQLError(howToSubscribe)];
      const isMutation = node.operation === OperationTypeNode.MUTATION;
      if (method === 'GET' && isMutation) return mutationOverGet();
      const badVariables = variableErrors(schema, node, variables);
      if (badVariables) return badVariables;
      const run: Run = { request: context, prepared, variables, freshness: freshnessOf(isMutation) };
      return { schema, document, operationName: node.name?.value ?? null, contextValue: run };
    },
    async execute({ contextValue }) {
      const { request, prepared, variables, freshness } = contextValue as Run;
      const { call, scope } = request;
      const result = await withFreshness(freshness, call, (reading) =>
        inSpan(reading, 'execute operation', (own) => prepared.run(variables, own, scope)),
      );
      if (!result.errors) {
        request.answer.text = JSON.stringify(result);
        return written;
      }
      return { ...result, errors: result.errors.map((error) => shown(error, call.requestId)) };
    },
    formatError: (error) => (ofResults.has(error) ? error : refusedRequest(error)),
  });

  return async (request) => {
    const response = await handle(request);
    const { text } = request.context.answer;
    return text === undefined ? response : [text, response[1]];
  };
}

/**
 * Stands for a result whose text is ready: graphql-http would call a function for each value of it, in case it is an
 * error, and take twice the time.
 */
const written: ExecutionResult = { data: null };

const howToSubscribe = 'Subscriptions are answered by server-sent events: accept text/event-stream.';

/** Wrong variables are a refused request, with the status of one, and reach no subgraph. */
export function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): readonly GraphQLError[] | undefined {
  if (variableDefinitions.length === 0) return undefined;
  const options = { maxErrors: 10, hideSuggestions: true };
  return getVariableValues(schema, variableDefinitions, variables, options).errors;
}

/** A GET must change nothing: links, prefetches and caches send it unasked. */
export function mutationOverGet(): Response {
  const error = refusedRequest(new GraphQLError('Mutations are sent with POST.'));
  const headers = { allow: 'POST', 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify({ errors: [error] }), { status: 405, statusText: 'Method Not Allowed', headers }];
}

/** What is being prepared goes on for others who wait for it; this caller waits until its call ends. */
export function endWith<Value>({ signal }: CallContext, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(toAppError(signal.reason));
    if (signal.aborted) onEnd();
    else signal.addEventListener('abort', onEnd, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
  });
}

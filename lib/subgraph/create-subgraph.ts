import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { toAppError } from '../errors/normalize-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { enforceAccessRules } from './access-rules.ts';
import { checkDocument } from './check-document.ts';
import { ExecutableDocument, type ExecutableDocumentOptions } from './executable-document.ts';
import { formatError } from './format-error.ts';
import { isRequestError } from './is-request-error.ts';
import { type MutationCodes, returnErrorsAsResults } from './mutation-results.ts';
import { OperationCompiler } from './operation-compiler.ts';
import { Cents, DateTime } from './scalars.ts';
import type { PreparedRequest, Subgraph, SubgraphOperation } from './subgraph.ts';
import type { SubgraphContext } from './subgraph-context.ts';
import { loaderCall, traceFields, traceRequest } from './trace-fields.ts';

export interface SubgraphOptions<Context extends SubgraphContext> {
  readonly name: string;
  /** The SDL documents that make up this subgraph. */
  readonly typeDefs: readonly DocumentNode[];
  /** As graphql-codegen types them for this subgraph. */
  readonly resolvers: object;
  readonly mutationCodes: MutationCodes;
  /** Called once for each operation: loaders live no longer. */
  readonly createContext: (call: CallContext) => Context;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How many documents are kept for `execute`. */
  readonly maxDocuments?: number;
}

/** The text of all documents that are kept, in UTF-16 units. */
const maxTextLength = 16_000_000;

/** A subgraph that runs in this process. */
export function createSubgraph<Context extends SubgraphContext>(options: SubgraphOptions<Context>): Subgraph {
  const { name, logger, createContext, maxDocuments = 1_000 } = options;
  const schema = executableSchema(options);
  const jitFallbacks = options.metrics.counter({
    name: 'tiffin_subgraph_jit_fallbacks_total',
    help: 'Documents, and runs of them, that graphql-js had to take over from graphql-jit.',
    labelNames: ['subgraph'],
  });
  const execution: ExecutableDocumentOptions = {
    schema,
    compiler: new OperationCompiler(schema),
    check: (query) => checkDocument(query, schema),
    onFallback: () => jitFallbacks.inc({ subgraph: name }),
  };
  const owner = {};
  // Each has its text in the key and, parsed, in the value.
  const requests = new LRUCache<string, PreparedRequest>({
    max: maxDocuments,
    maxSize: maxTextLength,
    sizeCalculation: (_request, key) => key.length,
  });

  function prepare(operation: SubgraphOperation): PreparedRequest {
    const document = new ExecutableDocument(operation, execution);
    return (variables, call, scope) => {
      try {
        const { span } = call;
        const context = () => scope.get(owner, () => createContext(loaderCall(call)));
        const result = span
          ? traceRequest({ ...call, span }, context(), (own) => document.run(variables, () => own, true))
          : document.run(variables, context, false);
        if (!(result instanceof Promise)) return Promise.resolve(presentable(result, call));
        return result.then(
          (settled) => presentable(settled, call),
          (thrown: unknown) => presentable(defect(thrown), call),
        );
      } catch (thrown) {
        return Promise.resolve(presentable(defect(thrown), call));
      }
    };
  }

  function presentable(result: ExecutionResult, call: CallContext): ExecutionResult {
    if (!result.errors) return result;
    for (const error of result.errors) logDefect(error, call, logger);
    return { ...result, errors: result.errors.map(withoutStack) };
  }

  return {
    name,
    prepare,
    execute({ query, operationName, variables }, call, scope) {
      const key =
        operationName === undefined ? `:${query}` : `${operationName.length}:${operationName}${query}`;
      let request = requests.get(key);
      if (!request) {
        request = prepare({ query, operationName });
        requests.set(key, request);
      }
      return request(variables, call, scope);
    },
  };
}

function executableSchema<Context extends SubgraphContext>(options: SubgraphOptions<Context>): GraphQLSchema {
  const [first, ...others] = options.typeDefs.map((typeDefs) => ({ typeDefs }));
  if (!first) throw new Error(`Subgraph ${options.name} has no type definitions.`);
  const resolvers = { Cents, DateTime, ...options.resolvers };
  const schema = buildSubgraphSchema([{ ...first, resolvers }, ...others] as Parameters<
    typeof buildSubgraphSchema
  >[0]);
  enforceAccessRules(schema);
  returnErrorsAsResults(schema, options.mutationCodes, options.metrics);
  traceFields(schema);
  return schema;
}

/** Whatever failed outside of every field. */
function defect(thrown: unknown): ExecutionResult {
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { errors: [new GraphQLError(originalError.message, { originalError })] };
}

/** An error that came over an rpc was logged where it happened; only what has a cause here is news. */
function logDefect(error: GraphQLError, call: CallContext, logger: Logger): void {
  if (isRequestError(error)) return;
  const appError = toAppError(error.originalError);
  if (appError.code !== 'INTERNAL' || !appError.cause) return;
  logger.error(
    { requestId: call.requestId, path: error.path?.join('.'), err: appError.cause },
    'resolver failed',
  );
}

/** The same error with nothing inside that must not leave the process. */
function withoutStack(error: GraphQLError): GraphQLError {
  const { message, path, extensions } = formatError(error);
  return new GraphQLError(message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(path && { path }),
    ...(extensions && { extensions }),
  });
}

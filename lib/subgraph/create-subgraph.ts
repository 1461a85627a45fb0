import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { toAppError } from '../errors/normalize-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { enforceAccessRules } from './access-rules.ts';
import { CheckedDocuments } from './checked-documents.ts';
import { formatError } from './format-error.ts';
import { isRequestError } from './is-request-error.ts';
import { type MutationCodes, returnErrorsAsResults } from './mutation-results.ts';
import type { OperationScope } from './operation-scope.ts';
import { Cents, DateTime } from './scalars.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';
import type { SubgraphContext } from './subgraph-context.ts';

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
  /** How many parsed documents are kept. */
  readonly maxDocuments?: number;
}

/** A subgraph that runs in this process. */
export function createSubgraph<Context extends SubgraphContext>(options: SubgraphOptions<Context>): Subgraph {
  const { name, logger, createContext, maxDocuments = 1_000 } = options;
  const schema = executableSchema(options);
  const documents = new CheckedDocuments(schema, { maxDocuments });
  const owner = {};

  async function run(
    request: SubgraphRequest,
    call: CallContext,
    scope: OperationScope,
  ): Promise<ExecutionResult> {
    const checked = documents.get(request.query);
    if ('errors' in checked) return { errors: checked.errors };
    return execute({
      schema,
      document: checked.document,
      operationName: request.operationName ?? null,
      variableValues: request.variables ?? null,
      contextValue: scope.get(owner, () => createContext(call)),
    });
  }

  return {
    name,
    async execute(request, call, scope) {
      const result = await run(request, call, scope).catch((thrown: unknown) => defect(thrown));
      if (!result.errors) return result;
      for (const error of result.errors) logDefect(error, call, logger);
      return { ...result, errors: result.errors.map(withoutStack) };
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

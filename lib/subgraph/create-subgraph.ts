import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { toAppError } from '../errors/normalize-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { enforceAccessRules } from './access-rules.ts';
import type { Loaders } from './batch-loader.ts';
import { formatError } from './format-error.ts';
import { type MutationCodes, returnErrorsAsResults } from './mutation-results.ts';
import { Cents, DateTime } from './scalars.ts';
import type { Subgraph } from './subgraph.ts';

/** What every resolver finds in its context; a subgraph adds its clients. */
export interface SubgraphContext {
  readonly call: CallContext;
  readonly loaders: Loaders;
}

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
  /** How many parsed documents are kept. */
  readonly maxDocuments?: number;
}

/** A subgraph that runs in this process. */
export function createSubgraph<Context extends SubgraphContext>(options: SubgraphOptions<Context>): Subgraph {
  const schema = executableSchema(options);
  const documents = new LRUCache<string, ParsedDocument>({ max: options.maxDocuments ?? 1_000 });
  const owner = {};

  return {
    name: options.name,
    async execute({ query, operationName, variables }, call, scope): Promise<ExecutionResult> {
      const { document, errors } = parsed(query, schema, documents);
      if (errors) return { errors };
      const result = await execute({
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: variables ?? null,
        contextValue: scope.get(owner, () => options.createContext(call)),
      });
      if (!result.errors) return result;
      for (const error of result.errors) logDefect(error, call, options.logger);
      return { ...result, errors: result.errors.map((error) => withoutStack(error)) };
    },
  };
}

function executableSchema<Context extends SubgraphContext>(options: SubgraphOptions<Context>): GraphQLSchema {
  const [first, ...others] = options.typeDefs.map((typeDefs) => ({ typeDefs }));
  if (!first) throw new Error(`Subgraph ${options.name} has no type definitions.`);
  const resolvers = { Cents, DateTime, ...options.resolvers };
  const schema = buildSubgraphSchema([{ ...first, resolvers }, ...others] as Parameters<typeof buildSubgraphSchema>[0]);
  enforceAccessRules(schema);
  returnErrorsAsResults(schema, options.mutationCodes);
  return schema;
}

type ParsedDocument = { document: DocumentNode; errors?: readonly GraphQLError[] };

/** Parses and validates a text once; what is wrong with it is kept as well, so that it costs nothing twice. */
function parsed(query: string, schema: GraphQLSchema, documents: LRUCache<string, ParsedDocument>): ParsedDocument {
  const known = documents.get(query);
  if (known) return known;
  const fresh = parseAndValidate(query, schema);
  documents.set(query, fresh);
  return fresh;
}

function parseAndValidate(query: string, schema: GraphQLSchema): ParsedDocument {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length > 0 ? { document, errors } : { document };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { document: { kind: 'Document', definitions: [] } as unknown as DocumentNode, errors: [error] };
  }
}

/** An error that came over an rpc was logged where it happened; only what has a cause here is news. */
function logDefect(error: GraphQLError, call: CallContext, logger: Logger): void {
  if (!error.originalError) return;
  const appError = toAppError(error.originalError);
  if (appError.code !== 'INTERNAL' || !appError.cause) return;
  logger.error({ requestId: call.requestId, path: error.path?.join('.'), err: appError.cause }, 'resolver failed');
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

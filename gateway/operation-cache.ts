import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';

export interface OperationCacheOptions {
  /** How many documents are kept. */
  readonly maxDocuments?: number;
  /** How much text the kept documents have in all, in UTF-16 units. */
  readonly maxTextLength?: number;
}

type CheckedDocument = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

export type CheckedOperation =
  | { readonly document: DocumentNode; readonly operation: OperationDefinitionNode }
  | { readonly errors: readonly GraphQLError[] };

/** Parses and validates each text once. Refused texts are kept too, so that sending one again costs us nothing. */
export class OperationCache {
  readonly #schema: GraphQLSchema;
  readonly #documents: LRUCache<string, CheckedDocument>;

  constructor(schema: GraphQLSchema, { maxDocuments = 2_000, maxTextLength = 16_000_000 }: OperationCacheOptions = {}) {
    this.#schema = schema;
    this.#documents = new LRUCache({
      max: maxDocuments,
      maxSize: maxTextLength,
      sizeCalculation: (_document, text) => Math.max(1, text.length),
    });
  }

  /** The operation that `operationName` picks; where the document has one only, the name may be left out. */
  get(text: string, operationName?: string | null): CheckedOperation {
    let checked = this.#documents.get(text);
    if (!checked) {
      checked = check(text, this.#schema);
      this.#documents.set(text, checked);
    }
    return 'errors' in checked ? checked : pick(checked.document, operationName);
  }
}

function check(text: string, schema: GraphQLSchema): CheckedDocument {
  try {
    const document = parse(text);
    const errors = validate(schema, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

function pick(document: DocumentNode, operationName?: string | null): CheckedOperation {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const matching = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  const [operation] = matching;
  if (operation && matching.length === 1) return { document, operation };
  const message = operationName
    ? `The document has no operation named "${operationName}".`
    : operations.length === 0
      ? 'The document has no operation.'
      : 'The document has several operations: name one in operationName.';
  return { errors: [new GraphQLError(message)] };
}

import { CheckedDocuments, type CheckedDocumentsOptions } from '@tiffin/lib/subgraph/checked-documents';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { operationSize } from './operation-size.ts';

export type CheckedOperation =
  | { readonly document: DocumentNode; readonly operation: OperationDefinitionNode }
  | { readonly errors: readonly GraphQLError[] };

export interface OperationLimits
  extends Pick<CheckedDocumentsOptions, 'maxDocuments' | 'maxTextLength' | 'maxTokens'> {
  /** What an answer may have in field values at most, by `operationSize`. */
  readonly maxFields?: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** The operations of clients, each text parsed, validated and measured once. */
export class OperationCache {
  readonly #schema: GraphQLSchema;
  readonly #documents: CheckedDocuments;
  readonly #maxFields: number;
  /** What a document may return at most, whatever its variables are. */
  readonly #sizes = new WeakMap<DocumentNode, number>();

  constructor(
    schema: GraphQLSchema,
    { maxFields = 100_000, maxTokens = 10_000, ...limits }: OperationLimits = {},
  ) {
    this.#schema = schema;
    this.#documents = new CheckedDocuments(schema, { ...limits, maxTokens });
    this.#maxFields = maxFields;
  }

  /** The operation that `operationName` picks; where the document has one only, the name may be left out. */
  get(text: string, operationName?: string | null, variables: Variables = {}): CheckedOperation {
    const checked = this.#documents.get(text);
    if ('errors' in checked) return checked;
    const size = this.#sizeOf(checked.document, variables);
    if (size <= this.#maxFields) return pick(checked.document, operationName);
    const message = `The operation may return ${size} field values; at most ${this.#maxFields} are allowed. Ask for smaller pages.`;
    return { errors: [new GraphQLError(message)] };
  }

  /** Most documents are small enough for any variables; only the others are measured with those of the request. */
  #sizeOf(document: DocumentNode, variables: Variables): number {
    let largest = this.#sizes.get(document);
    if (largest === undefined) {
      largest = operationSize(document, this.#schema, {});
      this.#sizes.set(document, largest);
    }
    return largest <= this.#maxFields ? largest : operationSize(document, this.#schema, variables);
  }
}

function pick(document: DocumentNode, operationName?: string | null): CheckedOperation {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const matching = operationName
    ? operations.filter(({ name }) => name?.value === operationName)
    : operations;
  const [operation] = matching;
  if (operation && matching.length === 1) return { document, operation };
  const message = operationName
    ? `The document has no operation named "${operationName}".`
    : operations.length === 0
      ? 'The document has no operation.'
      : 'The document has several operations: name one in operationName.';
  return { errors: [new GraphQLError(message)] };
}

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

/** The operations of clients, each text parsed, validated and measured once. */
export class OperationCache {
  readonly #documents: CheckedDocuments;

  constructor(
    schema: GraphQLSchema,
    { maxFields = 50_000, maxTokens = 10_000, ...limits }: OperationLimits = {},
  ) {
    this.#documents = new CheckedDocuments(schema, {
      ...limits,
      maxTokens,
      refuse(document) {
        const size = operationSize(document, schema);
        if (size <= maxFields) return undefined;
        return new GraphQLError(
          `The operation may return ${size} field values; at most ${maxFields} are allowed. Ask for smaller pages.`,
        );
      },
    });
  }

  /** The operation that `operationName` picks; where the document has one only, the name may be left out. */
  get(text: string, operationName?: string | null): CheckedOperation {
    const checked = this.#documents.get(text);
    return 'errors' in checked ? checked : pick(checked.document, operationName);
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

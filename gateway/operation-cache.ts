import { type CheckedDocument, checkDocument } from '@tiffin/lib/subgraph/check-document';
import { inSpan, type Traced } from '@tiffin/lib/telemetry/in-span';
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Executor, PreparedOperation, Variables } from './executor.ts';
import { operationSize } from './operation-size.ts';

export interface OperationLimits {
  /** How many documents are kept. */
  readonly maxDocuments?: number;
  /** About how much memory the kept documents take, with what is compiled of them. */
  readonly maxBytes?: number;
  /** A text of more tokens is refused before it is read to its end. */
  readonly maxTokens?: number;
  /** What an answer may have in field values at most, by `operationSize`. */
  readonly maxFields?: number;
}

/** An operation that may run. */
export interface ReadyOperation {
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
  readonly prepared: PreparedOperation;
}

export interface RefusedOperation {
  readonly errors: readonly GraphQLError[];
}

export type Lookup = ReadyOperation | RefusedOperation;

/** A text that clients sent, and what became of its operations, by their names. */
interface KnownDocument {
  readonly checked: CheckedDocument;
  /** What it may return at most, whatever its variables are. */
  readonly largestSize: number;
  readonly operations: Map<string, Lookup>;
  readonly preparing: Map<string, Promise<Lookup>>;
  bytes: number;
}

/** What a character of a document's text costs in memory once it is parsed; measured with texts of many sizes. */
const bytesPerCharacter = 60;

/**
 * The operations of clients. Each text is parsed, validated and measured once, each of its operations planned and
 * compiled once, also where many ask for it at the same time. Refused ones are kept too, so that sending one again costs
 * us nothing.
 */
export class OperationCache {
  readonly #executor: Executor;
  readonly #maxFields: number;
  readonly #maxTokens: number;
  readonly #known: LRUCache<string, KnownDocument>;

  constructor(
    executor: Executor,
    {
      maxDocuments = 2_000,
      maxBytes = 128 * 1024 * 1024,
      maxTokens = 10_000,
      maxFields = 100_000,
    }: OperationLimits = {},
  ) {
    this.#executor = executor;
    this.#maxFields = maxFields;
    this.#maxTokens = maxTokens;
    this.#known = new LRUCache({
      max: maxDocuments,
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
    });
  }

  /** How many documents are kept, and about how much memory they take. */
  get load(): { readonly documents: number; readonly bytes: number } {
    return { documents: this.#known.size, bytes: this.#known.calculatedSize };
  }

  /**
   * The operation that `operationName` picks; where the document has one only, the name may be left out.
   * Spans below `traced` show what had to be done.
   * @throws what the executor throws where nothing is wrong with the operation itself.
   */
  async get(
    text: string,
    operationName?: string | null,
    variables: Variables = {},
    traced: Traced = {},
  ): Promise<Lookup> {
    const known = this.#known.get(text) ?? inSpan(traced, 'parse and validate', () => this.#read(text));
    const { checked } = known;
    if ('errors' in checked) return checked;
    const tooLarge = this.#tooLarge(known, checked.document, variables);
    if (tooLarge) return tooLarge;
    const name = operationName ?? '';
    return (
      known.operations.get(name) ??
      known.preparing.get(name) ??
      inSpan(traced, 'plan and compile', () => this.#prepareOnce(text, known, name))
    );
  }

  #read(text: string): KnownDocument {
    const { schema } = this.#executor;
    const checked = checkDocument(text, schema, this.#maxTokens);
    const known: KnownDocument = {
      checked,
      largestSize: 'errors' in checked ? 0 : operationSize(checked.document, schema, {}),
      operations: new Map(),
      preparing: new Map(),
      bytes: 1 + text.length * bytesPerCharacter,
    };
    this.#known.set(text, known);
    return known;
  }

  /** Most documents are small enough for any variables; only the others are measured with those of the request. */
  #tooLarge(
    { largestSize }: KnownDocument,
    document: DocumentNode,
    variables: Variables,
  ): RefusedOperation | undefined {
    if (largestSize <= this.#maxFields) return undefined;
    const size = operationSize(document, this.#executor.schema, variables);
    if (size <= this.#maxFields) return undefined;
    const message = `The operation may return ${size} field values; at most ${this.#maxFields} are allowed. Ask for smaller pages.`;
    return { errors: [new GraphQLError(message)] };
  }

  #prepareOnce(text: string, known: KnownDocument, name: string): Promise<Lookup> {
    const preparing = this.#prepare(text, known, name).finally(() => known.preparing.delete(name));
    known.preparing.set(name, preparing);
    return preparing;
  }

  async #prepare(text: string, known: KnownDocument, name: string): Promise<Lookup> {
    const picked = pick(known.checked, name);
    // Not kept: the names that a document does not have are without number.
    if ('errors' in picked) return picked;
    const lookup = await this.#plan(text, picked);
    known.operations.set(name, lookup);
    if ('prepared' in lookup) known.bytes += lookup.prepared.bytes;
    // Weighs it anew; unless it has been driven out meanwhile. Setting alone would not weigh the same value again.
    if (this.#known.peek(text) === known) {
      this.#known.delete(text);
      this.#known.set(text, known);
    }
    return lookup;
  }

  async #plan(text: string, picked: Omit<ReadyOperation, 'prepared'>): Promise<Lookup> {
    try {
      return { ...picked, prepared: await this.#executor.prepare({ text, ...picked }) };
    } catch (thrown) {
      if (thrown instanceof GraphQLError) return { errors: [thrown] };
      throw thrown;
    }
  }
}

function pick(checked: CheckedDocument, name: string): Omit<ReadyOperation, 'prepared'> | RefusedOperation {
  if ('errors' in checked) return checked;
  const { document } = checked;
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const matching = name ? operations.filter((operation) => operation.name?.value === name) : operations;
  const [node] = matching;
  if (node?.operation === OperationTypeNode.SUBSCRIPTION) {
    return { errors: [new GraphQLError('Subscriptions are not supported.')] };
  }
  if (node && matching.length === 1)
    return node.variableDefinitions?.some(isReserved) ? reserved() : { document, node };
  const message = name
    ? `The document has no operation named "${name}".`
    : operations.length === 0
      ? 'The document has no operation.'
      : 'The document has several operations: name one in operationName.';
  return { errors: [new GraphQLError(message)] };
}

/** Requests for entities have this variable of their own. */
const isReserved = ({ variable }: VariableDefinitionNode) => variable.name.value === 'representations';

const reserved = (): RefusedOperation => ({
  errors: [new GraphQLError('The variable "$representations" is reserved; give it another name.')],
});

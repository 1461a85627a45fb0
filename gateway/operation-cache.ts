import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import { type CheckedDocument, checkDocument } from '@tiffin/lib/subgraph/check-document';
import { inSpan, type Traced } from '@tiffin/lib/telemetry/in-span';
import {
  type DocumentNode,
  GraphQLError,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Executor, PassingRefusal, type PreparedOperation, type Variables } from './executor.ts';
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

/** A lookup, and until when it holds: for good, but for what may have been bad luck. */
interface Kept {
  readonly lookup: Lookup;
  readonly untilMs: number;
}

/** A text that clients sent, and what became of its operations, by their names. */
interface KnownDocument {
  readonly checked: CheckedDocument;
  /** What it may return at most, whatever its variables are. */
  readonly largestSize: number;
  readonly operations: Map<string, Kept>;
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
  readonly #clock: Clock;
  /** What may ask about the schema in one operation: twice what tools ask. */
  readonly #maxIntrospection: number;

  constructor(
    executor: Executor,
    {
      maxDocuments = 2_000,
      maxBytes = 128 * 1024 * 1024,
      maxTokens = 10_000,
      maxFields = 100_000,
    }: OperationLimits = {},
    clock: Clock = systemClock,
  ) {
    this.#executor = executor;
    this.#clock = clock;
    this.#maxIntrospection = 2 * operationSize(standardIntrospection, executor.schema, {});
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
      this.#keptOf(known, name) ??
      known.preparing.get(name) ??
      inSpan(traced, 'plan and compile', () => this.#prepareOnce(text, known, name))
    );
  }

  /** The operations asked for most recently, the latest first. */
  recent(max: number): readonly { readonly text: string; readonly operationName: string }[] {
    const operations = [];
    for (const [text, known] of this.#known.entries()) {
      for (const operationName of known.operations.keys()) {
        if (operations.length === max) return operations;
        operations.push({ text, operationName });
      }
    }
    return operations;
  }

  /** Prepares operations that will be asked for, one after the other, for `maxMs` at most; failures are for `get` to tell. */
  async prepareAll(
    operations: readonly { readonly text: string; readonly operationName: string }[],
    maxMs: number,
  ): Promise<void> {
    const endMs = this.#clock.now() + maxMs;
    // The latest last, so that it is driven out last.
    for (const { text, operationName } of operations.toReversed()) {
      if (this.#clock.now() >= endMs) return;
      await this.get(text, operationName).catch(() => {});
    }
  }

  #keptOf(known: KnownDocument, name: string): Lookup | undefined {
    const kept = known.operations.get(name);
    if (kept && this.#clock.now() < kept.untilMs) return kept.lookup;
    return undefined;
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
    if (size <= this.#maxFields || (size <= this.#maxIntrospection && isIntrospective(document)))
      return undefined;
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
    const kept = await this.#plan(text, known, picked);
    known.operations.set(name, kept);
    if ('prepared' in kept.lookup) this.#grow(text, known, kept.lookup.prepared.bytes);
    return kept.lookup;
  }

  /** Weighs a document anew, unless it has been driven out meanwhile. Setting alone would not weigh the same value again. */
  #grow(text: string, known: KnownDocument, bytes: number): void {
    known.bytes += bytes;
    if (this.#known.peek(text) !== known) return;
    this.#known.delete(text);
    this.#known.set(text, known);
  }

  async #plan(text: string, known: KnownDocument, picked: PickedOperation): Promise<Kept> {
    const onGrowth = (bytes: number) => this.#grow(text, known, bytes);
    try {
      const prepared = await this.#executor.prepare({ text, ...picked }, onGrowth);
      return { lookup: { ...picked, prepared }, untilMs: Number.POSITIVE_INFINITY };
    } catch (thrown) {
      if (!(thrown instanceof GraphQLError)) throw thrown;
      const untilMs =
        thrown instanceof PassingRefusal ? this.#clock.now() + refusalMs : Number.POSITIVE_INFINITY;
      return { lookup: { errors: [thrown] }, untilMs };
    }
  }
}

/** How long an operation stays refused that may have been refused for the machine's sake. */
const refusalMs = 30_000;

type PickedOperation = Omit<ReadyOperation, 'prepared'>;

const standardIntrospection = parse(getIntrospectionQuery({ descriptions: true }));

const isIntrospective = ({ definitions }: DocumentNode) =>
  definitions.some(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.selectionSet.selections.every(asksSchema),
  );

const asksSchema = (node: SelectionNode) => node.kind === Kind.FIELD && node.name.value.startsWith('__');

function pick(checked: CheckedDocument, name: string): PickedOperation | RefusedOperation {
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

import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import type { CheckedDocument } from '@tiffin/lib/subgraph/check-document';
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
import { introspectionErrors } from './introspection-errors.ts';
import { checkOperations } from './limits/check-operations.ts';
import { limitExceeded } from './limits/limit-exceeded.ts';
import type { ListSizes } from './limits/list-sizes.ts';
import { measureVariables } from './limits/measure-variables.ts';
import { compileCost, type OperationCost } from './limits/operation-cost.ts';
import { defaultOperationLimits, type OperationLimits } from './limits/operation-limits.ts';
import { twinQuery } from './live/twin-query.ts';

export interface OperationCacheOptions extends Partial<OperationLimits> {
  /** How many documents are kept. */
  readonly maxDocuments?: number;
  /** About how much memory the kept documents take, with what is compiled of them. */
  readonly maxBytes?: number;
  /** What the supergraph says of the length of lists. Default: nothing. */
  readonly listSizes?: ListSizes;
  /** Whether operations may ask for the schema. Default true. */
  readonly introspection?: boolean;
}

/** An operation that may run; what is prepared of a subscription is the query that answers it. */
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
  /** By the names of its operations; that of the only one also by the empty name. */
  /** Of each of its operations. */
  readonly costs: ReadonlyMap<string, BoundedCost>;
  readonly operations: Map<string, Kept>;
  readonly preparing: Map<string, Promise<Lookup>>;
  bytes: number;
}

interface BoundedCost {
  readonly of: OperationCost;
  readonly max: number;
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
  readonly #limits: OperationLimits;
  readonly #listSizes: ListSizes;
  readonly #introspection: boolean;
  readonly #known: LRUCache<string, KnownDocument>;
  readonly #clock: Clock;
  /** What may ask about the schema in one operation: twice what tools ask. */
  #maxIntrospection = 0;

  constructor(
    executor: Executor,
    {
      maxDocuments = 2_000,
      maxBytes = 128 * 1024 * 1024,
      listSizes = new Map(),
      introspection = true,
      ...limits
    }: OperationCacheOptions = {},
    clock: Clock = systemClock,
  ) {
    this.#executor = executor;
    this.#clock = clock;
    this.#limits = { ...defaultOperationLimits, ...limits };
    this.#listSizes = listSizes;
    this.#maxIntrospection = 2 * (this.#costsOf(standardIntrospection).get('')?.of({}) ?? 0);
    this.#introspection = introspection;
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
   * Spans below `traced` show what had to be done. `onNew` is told before a text is read that is not known, and may throw.
   * @throws what the executor throws where nothing is wrong with the operation itself.
   */
  async get(
    text: string,
    operationName?: string | null,
    variables: Variables = {},
    traced: Traced = {},
    onNew?: () => unknown,
  ): Promise<Lookup> {
    let known = this.#known.get(text);
    if (!known) {
      onNew?.();
      known = inSpan(traced, 'parse and validate', () => this.#read(text));
    }
    const { checked } = known;
    if ('errors' in checked) return checked;
    const name = operationName ?? '';
    const refusal = measureVariables(variables, this.#limits) ?? this.#tooLarge(known, name, variables);
    if (refusal) return { errors: [refusal] };
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
    const checked = this.#check(text);
    const known: KnownDocument = {
      checked,
      costs: 'errors' in checked ? new Map() : this.#costsOf(checked.document),
      operations: new Map(),
      preparing: new Map(),
      bytes: 1 + text.length * bytesPerCharacter,
    };
    this.#known.set(text, known);
    return known;
  }

  #check(text: string): CheckedDocument {
    const checked = checkOperations(text, this.#executor.schema, this.#limits);
    const errors =
      this.#introspection || 'errors' in checked ? undefined : introspectionErrors(checked.document);
    return errors ? { errors } : checked;
  }

  #costsOf(document: DocumentNode): ReadonlyMap<string, BoundedCost> {
    const { schema } = this.#executor;
    const { assumedListSize, maxFieldValues } = this.#limits;
    const options = { schema, listSizes: this.#listSizes, assumedListSize };
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    const costs = new Map<string, BoundedCost>();
    for (const node of operations) {
      const max = isIntrospective(node) ? Math.max(maxFieldValues, this.#maxIntrospection) : maxFieldValues;
      const cost = { of: compileCost(document, node, options), max };
      if (node.name) costs.set(node.name.value, cost);
      if (operations.length === 1) costs.set('', cost);
    }
    return costs;
  }

  #tooLarge({ costs }: KnownDocument, name: string, variables: Variables): GraphQLError | undefined {
    const cost = costs.get(name);
    // A name that the document does not have is refused where the operation is picked.
    if (!cost || cost.of(variables) <= cost.max) return undefined;
    return limitExceeded('FIELD_VALUES', this.#limits.maxFieldValues);
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
      const operation =
        picked.node.operation === OperationTypeNode.SUBSCRIPTION
          ? twinQuery(this.#executor.schema, picked.document, picked.node)
          : { text, ...picked };
      const prepared = await this.#executor.prepare(operation, onGrowth);
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

/** Whether it asks about the schema, and nothing else. */
const isIntrospective = ({ selectionSet }: OperationDefinitionNode) =>
  selectionSet.selections.every(asksSchema);

const asksSchema = (node: SelectionNode) => node.kind === Kind.FIELD && node.name.value.startsWith('__');

function pick(checked: CheckedDocument, name: string): PickedOperation | RefusedOperation {
  if ('errors' in checked) return checked;
  const { document } = checked;
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const matching = name ? operations.filter((operation) => operation.name?.value === name) : operations;
  const [node] = matching;
  if (node && matching.length === 1)
    return node.variableDefinitions?.some(isReserved) ? reserved() : { document, node };
  const message = name
    ? `The document has no operation named "${name.slice(0, 100)}".`
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

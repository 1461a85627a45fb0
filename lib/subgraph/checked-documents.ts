import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';

export interface CheckedDocumentsOptions {
  /** How many documents are kept. */
  readonly maxDocuments?: number;
  /** How much text the kept documents have in all, in UTF-16 units. */
  readonly maxTextLength?: number;
  /** A text of more tokens is refused before it is read to its end. */
  readonly maxTokens?: number;
}

export type CheckedDocument =
  | { readonly document: DocumentNode }
  | { readonly errors: readonly [GraphQLError, ...GraphQLError[]] };

/** Parses and validates each text once. Refused texts are kept too, so that sending one again costs us nothing. */
export class CheckedDocuments {
  readonly #schema: GraphQLSchema;
  readonly #options: CheckedDocumentsOptions;
  readonly #checked: LRUCache<string, CheckedDocument>;

  constructor(schema: GraphQLSchema, options: CheckedDocumentsOptions = {}) {
    const { maxDocuments = 2_000, maxTextLength = 16_000_000 } = options;
    this.#schema = schema;
    this.#options = options;
    this.#checked = new LRUCache({
      max: maxDocuments,
      maxSize: maxTextLength,
      sizeCalculation: (_checked, text) => Math.max(1, text.length),
    });
  }

  get(text: string): CheckedDocument {
    const known = this.#checked.get(text);
    if (known) return known;
    const checked = checkDocument(text, this.#schema, this.#options);
    this.#checked.set(text, checked);
    return checked;
  }
}

/** Parses and validates a text. */
export function checkDocument(
  text: string,
  schema: GraphQLSchema,
  { maxTokens }: Pick<CheckedDocumentsOptions, 'maxTokens'>,
): CheckedDocument {
  try {
    const document = parse(text, { maxTokens });
    const [first, ...others] = validate(schema, document);
    return first ? { errors: [first, ...others] } : { document };
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return { errors: [thrown] };
    // graphql-js descends by recursion: a text of nothing but braces ends the stack.
    if (thrown instanceof RangeError)
      return { errors: [new GraphQLError('The document is nested too deeply.')] };
    throw thrown;
  }
}

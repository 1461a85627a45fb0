import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

export type CheckedDocument =
  | { readonly document: DocumentNode }
  | { readonly errors: readonly [GraphQLError, ...GraphQLError[]] };

export interface CheckOptions {
  /** A text of more tokens is refused before it is read to its end. */
  readonly maxTokens?: number;
  /** Validation stops at so many errors. Default 100. */
  readonly maxErrors?: number;
  /** Whether errors say nothing of where in the text they are. */
  readonly noLocation?: boolean;
  /** Refuses a document before it is validated. */
  readonly refuse?: (document: DocumentNode) => GraphQLError | undefined;
}

/** Parses and validates a text. */
export function checkDocument(
  text: string,
  schema: GraphQLSchema,
  { maxTokens, maxErrors = 100, noLocation = false, refuse }: CheckOptions = {},
): CheckedDocument {
  try {
    const document = parse(text, { maxTokens, noLocation });
    const refusal = refuse?.(document);
    if (refusal) return { errors: [refusal] };
    const [first, ...others] = validate(schema, document, undefined, { maxErrors, hideSuggestions: true });
    return first ? { errors: [first, ...others] } : { document };
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return { errors: [thrown] };
    // graphql-js descends by recursion: a text of nothing but braces ends the stack.
    if (thrown instanceof RangeError)
      return { errors: [new GraphQLError('The document is nested too deeply.')] };
    throw thrown;
  }
}

import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

export type CheckedDocument =
  | { readonly document: DocumentNode }
  | { readonly errors: readonly [GraphQLError, ...GraphQLError[]] };

/** Parses and validates a text. One of more than `maxTokens` tokens is refused before it is read to its end. */
export function checkDocument(text: string, schema: GraphQLSchema, maxTokens?: number): CheckedDocument {
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

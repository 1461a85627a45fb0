import { type CheckedDocument, checkDocument } from '@tiffin/lib/subgraph/check-document';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { limitExceeded } from './limit-exceeded.ts';
import { measureDocument } from './measure-document.ts';
import type { OperationLimits } from './operation-limits.ts';

/** More help nobody; the first few are what is wrong. */
const maxErrors = 10;
/**
 * Where a node stands is found by going through the text from its beginning, for each node of each error. In longer texts
 * that could take seconds, so nothing there remembers its place.
 */
const maxLocatedChars = 10_000;
/** A conflict of fields names all fields that take part in it. */
const maxPlaces = 2;

/** Parses a text, measures it and validates it; each step only where the one before says that it costs little. */
export function checkOperations(
  text: string,
  schema: GraphQLSchema,
  limits: OperationLimits,
): CheckedDocument {
  const { maxDocumentChars, maxTokens } = limits;
  if (text.length > maxDocumentChars) return { errors: [limitExceeded('DOCUMENT_CHARS', maxDocumentChars)] };
  const checked = checkDocument(text, schema, {
    maxTokens,
    maxErrors,
    noLocation: text.length > maxLocatedChars,
    refuse: (document) => measureDocument(document, limits),
  });
  if ('document' in checked) return checked;
  const [first, ...others] = checked.errors;
  if (first.message.startsWith(tooManyTokens)) return { errors: [limitExceeded('TOKENS', maxTokens)] };
  return { errors: [withFewPlaces(first), ...others.map(withFewPlaces)] };
}

/** How graphql-js begins to say that it has stopped reading. */
const tooManyTokens = 'Syntax Error: Document contains more that ';

function withFewPlaces(error: GraphQLError): GraphQLError {
  const { message, nodes, extensions } = error;
  if (!nodes || nodes.length <= maxPlaces) return error;
  return new GraphQLError(message, { nodes: nodes.slice(0, maxPlaces), extensions });
}

import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { toAppError } from '../errors/normalize-error.ts';
import { errorExtensions } from '../http/send-error.ts';

/**
 * What the client sees of a resolver's error: the code's public message, where it happened, code and detail. Errors
 * that graphql-js itself raises speak about the request and are shown as they are.
 */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const where = { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) };
  if (!error.originalError) {
    return { message: error.message, ...where, extensions: { code: 'MALFORMED_REQUEST', ...error.extensions } };
  }
  const appError = toAppError(error.originalError);
  return { message: appError.message, ...where, extensions: errorExtensions(appError) };
}

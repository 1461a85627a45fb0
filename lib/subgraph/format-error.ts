import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { errorExtensions } from '../errors/error-extensions.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { isRequestError } from './is-request-error.ts';

/**
 * What the client sees of an error: the code's public message, where it happened, code and detail. What graphql-js
 * says about the request is shown as it is.
 */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const where = {
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
  };
  if (isRequestError(error))
    return { message: error.message, ...where, extensions: { code: 'MALFORMED_REQUEST' } };
  const appError = toAppError(error.originalError);
  return { message: appError.message, ...where, extensions: errorExtensions(appError) };
}

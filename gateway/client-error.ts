import { AppError } from '@tiffin/lib/errors/app-error';
import { errorCatalogue } from '@tiffin/lib/errors/error-catalogue.gen';
import { errorExtensions } from '@tiffin/lib/http/send-error';
import { GraphQLError } from 'graphql';

/**
 * What a client sees of an error. One with a code of the catalogue came from a subgraph and is shown as it is, less
 * the subgraph's name. One of graphql-js speaks about the request. Anything else is ours and masked.
 */
export function clientError(error: Readonly<GraphQLError | Error>): GraphQLError {
  const graphQLError = error instanceof GraphQLError ? error : new GraphQLError(error.message);
  const { message, path, locations, originalError } = graphQLError;
  const { serviceName, ...extensions } = graphQLError.extensions;
  if (typeof extensions['code'] === 'string' && Object.hasOwn(errorCatalogue, extensions['code'])) {
    return shown(message, path, locations, extensions);
  }
  const isAboutRequest = serviceName === undefined && originalError === undefined;
  if (isAboutRequest) return shown(message, path, locations, { code: 'MALFORMED_REQUEST' });
  const masked = new AppError('INTERNAL', {});
  return shown(masked.message, path, locations, errorExtensions(masked));
}

function shown(
  message: string,
  path: GraphQLError['path'],
  locations: GraphQLError['locations'],
  extensions: Record<string, unknown>,
): GraphQLError {
  const error = new GraphQLError(message, { path: path ?? null, extensions });
  // Locations point into the client's text; a GraphQLError takes them from nodes or a source only.
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: locations !== undefined });
}

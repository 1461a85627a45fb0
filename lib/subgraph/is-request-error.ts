import { GraphQLError, Kind } from 'graphql';

/**
 * Whether graphql-js raised the error because of the request, so that its text helps the client and hides nothing: a
 * document that does not fit the schema, or variables that do not fit their types. Anything else came out of a
 * resolver.
 */
export function isRequestError({ path, originalError }: GraphQLError): boolean {
  if (!originalError) return true;
  if (!(originalError instanceof GraphQLError)) return false;
  // An argument that a variable filled with null fails only when its field runs. It then points at the argument's
  // value; what a resolver or a scalar says of its result points at the field, or nowhere.
  const node = originalError.nodes?.[0];
  return path === undefined || (node !== undefined && node.kind !== Kind.FIELD);
}

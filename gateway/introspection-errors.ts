import { AppError } from '@tiffin/lib/errors/app-error';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { type ASTNode, type DocumentNode, GraphQLError, Kind, visit } from 'graphql';

/** Refuses a document that asks for the schema anywhere, in whatever operation, fragment or alias. */
export function introspectionErrors(document: DocumentNode): readonly [GraphQLError] | undefined {
  let asking: ASTNode | undefined;
  visit(document, {
    [Kind.FIELD](node) {
      // `__typename` says no more than the answer has anyway.
      if (node.name.value === '__schema' || node.name.value === '__type') asking ??= node;
    },
  });
  if (!asking) return undefined;
  const error = new AppError('INTROSPECTION_DISABLED', {});
  return [new GraphQLError(error.message, { nodes: asking, extensions: errorExtensions(error) })];
}

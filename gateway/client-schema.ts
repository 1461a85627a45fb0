import {
  type DirectiveDefinitionNode,
  type DocumentNode,
  extendSchema,
  type GraphQLSchema,
  Kind,
  type TypeNode,
} from 'graphql';

const executableLocations = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);

/**
 * What clients see: Apollo's API schema, with the directives for operations that the supergraph composes
 * (`@composeDirective`), which that leaves out.
 */
export function clientSchema(apiSchema: GraphQLSchema, supergraph: DocumentNode): GraphQLSchema {
  const definitions = supergraph.definitions.filter(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && isForClients(node, apiSchema),
  );
  return definitions.length > 0 ? extendSchema(apiSchema, { kind: Kind.DOCUMENT, definitions }) : apiSchema;
}

function isForClients({ name, locations, arguments: args }: DirectiveDefinitionNode, schema: GraphQLSchema) {
  return (
    !name.value.includes('__') &&
    !schema.getDirective(name.value) &&
    locations.some((location) => executableLocations.has(location.value)) &&
    // One whose arguments are hidden from clients is hidden too.
    (args ?? []).every(({ type }) => schema.getType(namedType(type)))
  );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

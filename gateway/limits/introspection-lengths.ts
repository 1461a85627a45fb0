import {
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** How long the lists of introspection are on average, by "Type.field", so that the sum over all types is right. */
export function introspectionLengths(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const known = lengthsOf.get(schema);
  if (known) return known;
  const lengths = countLengths(schema);
  lengthsOf.set(schema, lengths);
  return lengths;
}

const lengthsOf = new WeakMap<GraphQLSchema, ReadonlyMap<string, number>>();

function countLengths(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const inputFields = types.flatMap((type) =>
    isInputObjectType(type) ? Object.values(type.getFields()) : [],
  );
  const enumValues = types.flatMap((type) => (isEnumType(type) ? type.getValues() : []));
  const possible = types.flatMap((type) => (isAbstractType(type) ? schema.getPossibleTypes(type) : []));
  const args = fields.flatMap((field) => field.args);
  const directives = schema.getDirectives();
  const mean = (items: readonly unknown[], owners: readonly unknown[]) =>
    items.length / Math.max(1, owners.length);
  return new Map([
    ['__Schema.types', types.length],
    ['__Schema.directives', directives.length],
    ['__Type.fields', mean(fields, types)],
    ['__Type.inputFields', mean(inputFields, types)],
    ['__Type.enumValues', mean(enumValues, types)],
    ['__Type.possibleTypes', mean(possible, types)],
    ['__Type.interfaces', 1],
    ['__Field.args', mean(args, fields)],
    ['__Directive.args', 2],
  ]);
}

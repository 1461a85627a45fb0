import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { fragmentsOf } from './fragments-of.ts';

type Composite = NonNullable<ReturnType<GraphQLSchema['getType']>>;

/** What a variable that is not known may ask for at most: no connection returns more. */
const maxPageItems = 100;

/**
 * How many field values an answer to a document can have at most, before it runs: a page counts as many times as it
 * has items at most. Each fragment is measured once, so the time is linear in the text, however often it is spread.
 * The document must be valid against the schema; a variable that is not given counts as the largest page.
 */
export function operationSize(
  document: DocumentNode,
  schema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = fragmentsOf(document);
  const fragmentSizes = new Map<string, number>();

  function sizeOfFragment(name: string): number {
    const known = fragmentSizes.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const size = fragment && type ? sizeOf(fragment.selectionSet, type) : 0;
    fragmentSizes.set(name, size);
    return size;
  }

  function sizeOf({ selections }: SelectionSetNode, parent: Composite): number {
    let size = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        size += sizeOfFragment(selection.name.value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        size += sizeOf(selectionSet, (typeCondition && schema.getType(typeCondition.name.value)) ?? parent);
      } else {
        size += sizeOfField(selection, parent);
      }
    }
    return size;
  }

  function sizeOfField(node: FieldNode, parent: Composite): number {
    const field = metaFields.get(node.name.value) ?? fieldOf(parent, node.name.value);
    if (!field || !node.selectionSet) return 1;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 1;
    const items = isIntrospectionType(parent)
      ? introspectionLengths(schema).get(`${parent.name}.${field.name}`)
      : itemsOf(node, field, variables);
    return 1 + (items ?? 1) * sizeOf(node.selectionSet, type);
  }

  let largest = 0;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(node.operation);
    if (root) largest = Math.max(largest, sizeOf(node.selectionSet, root));
  }
  return Math.ceil(largest);
}

const metaFields = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]));

const fieldOf = (parent: Composite, name: string) =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

/** How long the lists of introspection are on average, so that the sum over all types is right. */
function introspectionLengths(schema: GraphQLSchema): ReadonlyMap<string, number> {
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

/** The items that a connection's page has at most; 1 for any other field. */
function itemsOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Readonly<Record<string, unknown>>,
): number {
  const first = field.args.find(({ name }) => name === 'first');
  if (!first) return 1;
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  const value =
    given?.kind === Kind.INT
      ? Number(given.value)
      : given?.kind === Kind.VARIABLE
        ? variables[given.name.value]
        : undefined;
  if (typeof value === 'number') return Math.min(maxPageItems, Math.max(1, value));
  return given === undefined && typeof first.defaultValue === 'number' ? first.defaultValue : maxPageItems;
}

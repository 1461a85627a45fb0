import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { CheckedRequest } from './random-operation.ts';

/**
 * Whether the objects of `data` have the fields that the request selects, in the order in which CollectFields meets
 * them; with `allowsUnknownTypes` an interface may take the place of an object type. Source: https://spec.graphql.org/October2021/#CollectFields()
 */
export function followsSpecOrder(
  schema: GraphQLSchema,
  request: CheckedRequest,
  data: unknown,
  allowsUnknownTypes = false,
): boolean {
  if (data === null || data === undefined) return true;
  const { document, node } = request;
  const { coerced = {} } = getVariableValues(schema, node.variableDefinitions ?? [], request.variables);
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition] as const),
  );
  const root = schema.getRootType(node.operation);
  return (
    Boolean(root) &&
    new OrderCheck(schema, fragments, coerced, allowsUnknownTypes).object(
      root as GraphQLObjectType,
      [node.selectionSet],
      data,
    )
  );
}

class OrderCheck {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #allowsUnknownTypes: boolean;

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: Readonly<Record<string, unknown>>,
    allowsUnknownTypes: boolean,
  ) {
    this.#allowsUnknownTypes = allowsUnknownTypes;
    this.#schema = schema;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  /** Where the type is abstract, one of its object types must fit. */
  object(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[], value: object): boolean {
    const possible: (GraphQLObjectType | GraphQLInterfaceType)[] = isAbstractType(type)
      ? [...this.#schema.getPossibleTypes(type)]
      : [type];
    if (this.#allowsUnknownTypes && isInterfaceType(type)) possible.push(type);
    return possible.some((objectType) => this.#fits(objectType, selectionSets, value));
  }

  #fits(
    type: GraphQLObjectType | GraphQLInterfaceType,
    selectionSets: readonly SelectionSetNode[],
    value: object,
  ): boolean {
    const fields = new Map<string, FieldNode[]>();
    for (const selectionSet of selectionSets) this.#collect(type, selectionSet, fields, new Set());
    const entries = Object.entries(value);
    if (entries.length !== fields.size) return false;
    return [...fields].every(([name, nodes], index) => {
      const [key, child] = entries[index] ?? [];
      return key === name && this.#field(type, nodes, child);
    });
  }

  #field(
    type: GraphQLObjectType | GraphQLInterfaceType,
    nodes: readonly FieldNode[],
    child: unknown,
  ): boolean {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return child === type.name;
    // Introspection is graphql-js' own, in both executors.
    const field = type.getFields()[name];
    if (!field || !isCompositeType(getNamedType(field.type))) return true;
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return this.#value(field.type, below, child);
  }

  #value(type: GraphQLOutputType, selectionSets: readonly SelectionSetNode[], value: unknown): boolean {
    if (value === null) return !isNonNullType(type);
    if (isNonNullType(type)) return this.#value(type.ofType, selectionSets, value);
    if (isListType(type)) {
      return Array.isArray(value) && value.every((item) => this.#value(type.ofType, selectionSets, item));
    }
    return (
      isCompositeType(type) && typeof value === 'object' && this.object(type, selectionSets, value as object)
    );
  }

  #collect(
    type: GraphQLObjectType | GraphQLInterfaceType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const selection of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, this.#variables)?.['if'] === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables)?.['if'] === false) continue;
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        fields.set(name, [...(fields.get(name) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (!fragment) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
      }
      const condition = fragment.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
      const applies =
        !condition ||
        condition === type ||
        (isAbstractType(condition) && this.#schema.isSubType(condition, type));
      if (applies) this.#collect(type, fragment.selectionSet, fields, visited);
    }
  }
}

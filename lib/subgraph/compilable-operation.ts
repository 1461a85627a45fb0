import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';

/** An operation that graphql-jit runs like graphql-js. */
export interface CompilableOperation {
  /** By the response names on the way to a field: how it and its items may be null, `[!]` for `[Goods!]`. */
  readonly nullability: ReadonlyMap<string, string>;
}

/** graphql-jit writes code for each field under each possible type. More of them than this are not worth compiling. */
const maxCompiledFields = 2_000;

export const responseKey = (path: readonly (string | number)[]): string =>
  path.filter((key) => typeof key === 'string').join('.');

/**
 * Looks for what graphql-jit 0.8.9 does otherwise than graphql-js and what cannot be mended from outside. Directives
 * must be gone already.
 */
export function compilableOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): CompilableOperation | undefined {
  const rootType = schema.getQueryType();
  // Its serial execution stops for ever at a mutation whose arguments are not valid.
  if (operation.operation !== 'query' || !rootType) return undefined;

  const nullability = new Map<string, string>();
  const resolvers = new Map<string, GraphQLField<unknown, unknown>>();
  const infos = new Set<string>();
  let fieldCount = 0;

  function isCompilableObject(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    names: readonly string[],
    infoPath: string,
  ): boolean {
    // It asks isTypeOf without context and takes a promise for true.
    if (type.isTypeOf) return false;
    return [...collectFields(schema, type, selectionSets, fragments)].every(([name, nodes]) =>
      isCompilableField(type, nodes, [...names, name], infoPath && `_${infoPath}`),
    );
  }

  function isCompilableField(
    parent: GraphQLObjectType,
    nodes: readonly FieldNode[],
    names: readonly string[],
    parentInfo: string,
  ): boolean {
    const name = nodes[0]?.name.value ?? '';
    const responseName = names.at(-1) ?? '';
    // Its results are plain objects, on which such a name sets the prototype or is found without being there.
    if (responseName in Object.prototype || ++fieldCount > maxCompiledFields) return false;
    if (name === '__typename') return true;
    const field = parent.getFields()[name];
    if (!field?.args.every(({ defaultValue }) => isPlain(defaultValue))) return false;

    // It keeps the resolvers of Shop.sItem and Shops.Item under one name, as it does with the infos of two paths.
    const resolverName = parent.name + name;
    const info = `${responseName}${parentInfo}`;
    if ((resolvers.get(resolverName) ?? field) !== field || infos.has(info)) return false;
    resolvers.set(resolverName, field);
    infos.add(info);

    // Where A.name and B.name differ in `!`, it nulls by the last of them.
    const key = responseKey(names);
    const mayBeNull = nullabilityOf(field.type);
    if ((nullability.get(key) ?? mayBeNull) !== mayBeNull) return false;
    nullability.set(key, mayBeNull);

    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const type = getNamedType(field.type);
    const below = `${listInfo(field.type)}${info}`;
    if (isObjectType(type)) return isCompilableObject(type, selectionSets, names, below);
    if (!isAbstractType(type)) return true;
    return schema
      .getPossibleTypes(type)
      .every((possible) => isCompilableObject(possible, selectionSets, names, `${possible.name}_${below}`));
  }

  const isCompilable = isCompilableObject(rootType, [operation.selectionSet], [], '');
  return isCompilable ? { nullability } : undefined;
}

/** CollectFields() of the specification, without directives. */
function collectFields(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  function collect(selectionSet: SelectionSetNode): void {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = fields.get(name);
        if (nodes) nodes.push(selection);
        else fields.set(name, [selection]);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection)) collect(selection.selectionSet);
        continue;
      }
      const fragment = fragments.get(selection.name.value);
      if (!fragment || visited.has(fragment.name.value)) continue;
      visited.add(fragment.name.value);
      if (applies(fragment)) collect(fragment.selectionSet);
    }
  }
  function applies({
    typeCondition,
  }: Pick<FragmentDefinitionNode | { typeCondition?: undefined }, 'typeCondition'>) {
    if (!typeCondition) return true;
    const condition = typeFromAST(schema, typeCondition);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  }
  for (const selectionSet of selectionSets) collect(selectionSet);
  return fields;
}

/** `[Goods!]!` is `[!]!`. */
function nullabilityOf(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${nullabilityOf(type.ofType)}!`;
  return isListType(type) ? `[${nullabilityOf(type.ofType)}]` : '';
}

function listInfo(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return listInfo(type.ofType);
  return isListType(type) ? `${listInfo(type.ofType)}idx_` : '';
}

/** Whether it survives as JSON, for so it is written into the code. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === 'string') return !value.includes('__MAGIC_');
  if (value === undefined || value === null || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every((item) => item !== undefined && isPlain(item));
  const prototype = typeof value === 'object' && Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(
    ([key, item]) => key !== '__proto__' && item !== undefined && isPlain(item),
  );
}

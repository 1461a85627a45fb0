import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import type { Variables } from '../executor.ts';
import { fragmentsOf } from '../fragments-of.ts';
import { introspectionLengths } from './introspection-lengths.ts';
import type { ListSizes } from './list-sizes.ts';

/** How many field values an answer can have at most, with a request's variables. */
export type OperationCost = (variables: Variables) => number;

export interface CostOptions {
  readonly schema: GraphQLSchema;
  /** Of the supergraph: what `@listSize` says. */
  readonly listSizes: ListSizes;
  /** Items of a list of which neither an argument nor `@listSize` says anything. */
  readonly assumedListSize: number;
}

/** A page whose size nobody knows, because its variable is missing or of the wrong type: as large as ours may be. */
const unknownPageSize = 100;
const defaultSlicingArguments = ['first', 'last'];

type Composite = NonNullable<ReturnType<GraphQLSchema['getType']>>;

/** A number of items that a variable says. */
interface SizeVariable {
  readonly name: string;
  /** Where the request does not give it; at least 1. */
  readonly fallback: number;
}

type ListLength = number | SizeVariable;

/** `fixed` values, and for each of `lists` the values of an item as often as it is long. */
interface Sum {
  readonly fixed: number;
  readonly lists: readonly { readonly length: ListLength; readonly item: Sum }[];
}

/** How long lists below a field are that its arguments have counted already; all of them where `fields` is undefined. */
interface Page {
  readonly length: ListLength;
  readonly fields: readonly string[] | undefined;
}

/**
 * Compiles what an operation may cost: lists multiply down its nesting, each as long as its `first` says, as `@listSize`
 * assumes, or as long as lists are by default. What hangs on variables is left to the request; all else is summed up here,
 * in the time of one walk over the operation. The operation must be valid against the schema.
 */
export function compileCost(
  document: DocumentNode,
  node: OperationDefinitionNode,
  options: CostOptions,
): OperationCost {
  const root = options.schema.getRootType(node.operation);
  const sum = root
    ? new CostCompiler(document, node, options).sumOf(node.selectionSet, root)
    : { fixed: 0, lists: [] };
  if (sum.lists.length > 0) return (variables) => Math.ceil(sumWith(sum, variables));
  const fixed = Math.ceil(sum.fixed);
  return () => fixed;
}

function sumWith({ fixed, lists }: Sum, variables: Variables): number {
  let value = fixed;
  for (const { length, item } of lists) value += lengthOf(length, variables) * sumWith(item, variables);
  return value;
}

function lengthOf(length: ListLength, variables: Variables): number {
  if (typeof length === 'number') return length;
  const given = variables[length.name];
  if (given === undefined) return length.fallback;
  return typeof given === 'number' ? atLeastOne(given) : unknownPageSize;
}

/** An empty page costs as much as its error, and one of less than nothing must not pay for others. NaN is no number of items. */
function atLeastOne(size: number): number {
  return Number.isNaN(size) ? 1 : Math.max(1, size);
}

class CostCompiler {
  readonly #options: CostOptions;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #fragmentSums = new Map<string, Sum>();

  constructor(document: DocumentNode, operation: OperationDefinitionNode, options: CostOptions) {
    this.#options = options;
    this.#operation = operation;
    this.#fragments = fragmentsOf(document);
  }

  sumOf({ selections }: SelectionSetNode, parent: Composite, page?: Page): Sum {
    const { schema } = this.#options;
    const parts = selections.map((selection): Sum => {
      if (selection.kind === Kind.FIELD) return this.#sumOfField(selection, parent, page);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#sumOfFragment(selection.name.value, page);
      const { typeCondition, selectionSet } = selection;
      const type = typeCondition && schema.getType(typeCondition.name.value);
      return this.sumOf(selectionSet, type ?? parent, page);
    });
    return {
      fixed: parts.reduce((sum, { fixed }) => sum + fixed, 0),
      lists: parts.flatMap(({ lists }) => lists),
    };
  }

  #sumOfFragment(name: string, page: Page | undefined): Sum {
    // Below a field that counts for its lists a fragment may come to something else than elsewhere.
    const known = page ? undefined : this.#fragmentSums.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    const type = fragment && this.#options.schema.getType(fragment.typeCondition.name.value);
    const sum = fragment && type ? this.sumOf(fragment.selectionSet, type, page) : { fixed: 0, lists: [] };
    if (!page) this.#fragmentSums.set(name, sum);
    return sum;
  }

  #sumOfField(node: FieldNode, parent: Composite, page: Page | undefined): Sum {
    const field = metaFields.get(node.name.value) ?? fieldOf(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!type || !node.selectionSet || !isCompositeType(type)) return { fixed: 1, lists: [] };
    if (isIntrospectionType(parent)) {
      const length = introspectionLengths(this.#options.schema).get(`${parent.name}.${field.name}`) ?? 1;
      return times(length, this.sumOf(node.selectionSet, type));
    }
    const { length, below } = this.#lengthOf(node, field, parent, page);
    return times(length, this.sumOf(node.selectionSet, type, below));
  }

  /** How often a field's selection counts, and what is known of the lists below it. */
  #lengthOf(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    parent: Composite,
    page: Page | undefined,
  ): { readonly length: ListLength; readonly below?: Page } {
    const said = this.#options.listSizes.get(`${parent.name}.${field.name}`);
    const asked = this.#pageSize(node, field, said?.slicingArguments ?? defaultSlicingArguments);
    const depth = listDepth(field.type);
    if (depth === 0) {
      if (asked === undefined) return { length: 1 };
      // A connection: all below it is there as often as the page has items, its list of edges among it.
      if (!said?.sizedFields) return { length: asked, below: { length: 1, fields: undefined } };
      return { length: 1, below: { length: asked, fields: said.sizedFields } };
    }
    const counted = page && (!page.fields || page.fields.includes(field.name)) ? page.length : undefined;
    const length = asked ?? counted ?? said?.assumedSize ?? this.#options.assumedListSize;
    return { length: depth === 1 || typeof length !== 'number' ? length : length ** depth };
  }

  #pageSize(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    slicingArguments: readonly string[],
  ): ListLength | undefined {
    const args = field.args.filter(({ name }) => slicingArguments.includes(name));
    const given = args.filter(({ name }) => valueGiven(node, name) !== undefined);
    // `first` and `last` exclude each other: the one that is given counts, or the one with a default.
    const [arg] = given.length > 0 ? given : args.filter(({ defaultValue }) => defaultValue !== undefined);
    if (!arg) return args.length > 0 ? unknownPageSize : undefined;
    const fallback = typeof arg.defaultValue === 'number' ? atLeastOne(arg.defaultValue) : unknownPageSize;
    const value = valueGiven(node, arg.name);
    if (value?.kind === Kind.INT) return atLeastOne(Number(value.value));
    if (value?.kind !== Kind.VARIABLE) return value ? unknownPageSize : fallback;
    const name = value.name.value;
    const own = this.#operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    const ownDefault = own?.defaultValue;
    if (!ownDefault) return { name, fallback };
    const isNumber = ownDefault.kind === Kind.INT;
    return { name, fallback: isNumber ? atLeastOne(Number(ownDefault.value)) : unknownPageSize };
  }
}

const metaFields = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]));

const fieldOf = (parent: Composite, name: string) =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

const valueGiven = (node: FieldNode, name: string): ValueNode | undefined =>
  node.arguments?.find((argument) => argument.name.value === name)?.value;

function listDepth(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0;
}

/** The field itself, and what is below it `length` times; without variables a mere number. */
function times(length: ListLength, item: Sum): Sum {
  if (typeof length === 'number' && item.lists.length === 0)
    return { fixed: 1 + length * item.fixed, lists: [] };
  if (length === 1) return { fixed: 1 + item.fixed, lists: item.lists };
  return { fixed: 1, lists: [{ length, item }] };
}

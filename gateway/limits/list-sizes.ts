import { type DirectiveNode, type DocumentNode, Kind, type ValueNode } from 'graphql';

/** What the demand control of Federation says of a field's list: `@listSize`. */
export interface ListSize {
  /** Items of a list that no argument bounds. */
  readonly assumedSize?: number;
  /** The arguments that say how many items are asked for. */
  readonly slicingArguments?: readonly string[];
  /** The lists below the field that those arguments bound; without it the field itself, or all below it. */
  readonly sizedFields?: readonly string[];
}

/** By "Type.field". Clients' schemas have no such directives, the supergraph has. */
export type ListSizes = ReadonlyMap<string, ListSize>;

export function listSizesOf({ definitions }: DocumentNode): ListSizes {
  const sizes = new Map<string, ListSize>();
  for (const type of definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const directive = field.directives?.find(isListSize);
      if (directive) sizes.set(`${type.name.value}.${field.name.value}`, listSizeOf(directive));
    }
  }
  return sizes;
}

/** Under the name that the supergraph imports it by, or with a prefix where it does not. */
const isListSize = ({ name }: DirectiveNode) => /^(.*__)?listSize$/.test(name.value);

function listSizeOf({ arguments: args = [] }: DirectiveNode): ListSize {
  const argument = (name: string) => args.find((given) => given.name.value === name)?.value;
  const assumed = argument('assumedSize');
  const slicingArguments = textsOf(argument('slicingArguments'));
  const sizedFields = textsOf(argument('sizedFields'));
  return {
    ...(assumed?.kind === Kind.INT && { assumedSize: Number(assumed.value) }),
    ...(slicingArguments && { slicingArguments }),
    ...(sizedFields && { sizedFields }),
  };
}

function textsOf(value: ValueNode | undefined): readonly string[] | undefined {
  if (value?.kind !== Kind.LIST) return undefined;
  return value.values.flatMap((item) => (item.kind === Kind.STRING ? [item.value] : []));
}

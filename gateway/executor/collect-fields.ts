import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { fragmentsOf } from '../fragments-of.ts';
import type { Flags } from './flags.ts';
import type { TypeRelations } from './type-relations.ts';

/** One entry of an object in the response. */
export interface ResponseField {
  readonly key: string;
  readonly name: string;
  readonly type: GraphQLOutputType;
  readonly nodes: readonly FieldNode[];
  /** What is asked below it, of all its occurrences; empty for a leaf. */
  readonly selectionSets: readonly SelectionSetNode[];
}

const metaFields = new Map(
  [TypeNameMetaFieldDef, SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]),
);

/**
 * The fields of an operation as one request asks for them, by the specification's CollectFields: in the order of the
 * text, fragments spread, occurrences of one response name merged, `@skip` and `@include` decided.
 */
export class FieldCollector {
  readonly #schema: GraphQLSchema;
  readonly #types: TypeRelations;
  readonly #flags: Flags;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, types: TypeRelations, document: DocumentNode, flags: Flags) {
    this.#schema = schema;
    this.#types = types;
    this.#flags = flags;
    this.#fragments = fragmentsOf(document);
  }

  /** What an object is asked for that calls itself `typename`; an interface object may bear an interface's name. */
  collect(typename: string, selectionSets: readonly SelectionSetNode[]): ResponseField[] {
    const nodes = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const set of selectionSets) this.#add(typename, set, nodes, visited);
    return [...nodes].flatMap(([key, occurrences]) => this.#toField(typename, key, occurrences));
  }

  #add(
    typename: string,
    { selections }: SelectionSetNode,
    nodes: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const node of selections) {
      if (!isIncluded(node, this.#flags)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const known = nodes.get(key);
        if (known) known.push(node);
        else nodes.set(key, [node]);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(node.name.value)) continue;
        visited.add(node.name.value);
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment && (condition === undefined || this.#types.is(typename, condition))) {
        this.#add(typename, fragment.selectionSet, nodes, visited);
      }
    }
  }

  /** Nothing for a field that clients do not see: an interface object of a type that is hidden from them. */
  #toField(typename: string, key: string, nodes: readonly FieldNode[]): ResponseField[] {
    const name = nodes[0]?.name.value ?? key;
    const type = this.#typeOf(typename, name);
    if (!type) return [];
    return [
      { key, name, type, nodes, selectionSets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []) },
    ];
  }

  #typeOf(typename: string, field: string): GraphQLOutputType | undefined {
    const meta = metaFields.get(field);
    if (meta) return meta.type;
    const type = this.#schema.getType(typename);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field]?.type : undefined;
  }
}

/** Whether `@skip` and `@include` let a selection stand. */
export function isIncluded({ directives = [] }: SelectionNode, flags: Flags): boolean {
  return directives.every(({ name, arguments: [condition] = [] }) => {
    const value = condition?.value;
    const flag =
      value?.kind === Kind.VARIABLE
        ? flags.get(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value;
    if (name.value === 'skip') return !flag;
    return name.value === 'include' ? flag : true;
  });
}

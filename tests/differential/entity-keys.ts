import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Key fields by name; below a composite one those of its type. */
export interface KeyTree {
  readonly [field: string]: KeyTree | undefined;
}

/** Entities that share their keys: the implementations of an interface that has keys, or one type alone. */
export interface EntityFamily {
  readonly name: string;
  /** The object types that clients see, sorted. */
  readonly members: readonly string[];
  readonly keys: KeyTree;
}

/** Every entity type, also interfaces with keys and interface objects, with its family. */
export function findEntityFamilies(subgraphs: Iterable<DocumentNode>): ReadonlyMap<string, EntityFamily> {
  const keys = new Map<string, Record<string, KeyTree>>();
  const interfacesOf = new Map<string, Set<string>>();
  const keyedInterfaces = new Set<string>();
  for (const document of subgraphs) {
    for (const type of document.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      const name = type.name.value;
      const implemented = interfacesOf.get(name) ?? new Set();
      for (const { name: of } of type.interfaces ?? []) implemented.add(of.value);
      if (type.kind === Kind.OBJECT_TYPE_DEFINITION) interfacesOf.set(name, implemented);
      const keyDirectives = type.directives?.filter((directive) => directive.name.value === 'key') ?? [];
      if (keyDirectives.length === 0) continue;
      if (type.kind === Kind.INTERFACE_TYPE_DEFINITION) keyedInterfaces.add(name);
      const tree = keys.get(name) ?? {};
      keys.set(name, tree);
      for (const directive of keyDirectives) addKeys(tree, fieldsOf(directive));
    }
  }
  const families = new Map<string, EntityFamily>();
  for (const [name, tree] of keys) {
    const parent = [...(interfacesOf.get(name) ?? [])].find((candidate) => keyedInterfaces.has(candidate));
    const family = parent ?? name;
    const members = [...interfacesOf]
      .filter(([, implemented]) => implemented.has(family))
      .map(([member]) => member);
    families.set(name, {
      name: family,
      members: members.length > 0 ? members.sort() : [name],
      keys: parent ? { ...keys.get(parent), ...tree } : tree,
    });
  }
  return families;
}

/** What fields need of other subgraphs, by `Type.field`. */
export type RequiredInputs = ReadonlyMap<
  string,
  {
    readonly fields: SelectionSetNode;
    /** The subgraph has these fields itself. Otherwise the gateway sends them. */
    readonly isComputed: boolean;
  }
>;

export function findRequiredInputs(subgraph: DocumentNode): RequiredInputs {
  const required = new Map<string, { fields: SelectionSetNode; isComputed: boolean }>();
  const types = subgraph.definitions.filter(
    (node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION,
  );
  for (const type of types) {
    for (const field of type.fields ?? []) {
      const directive = field.directives?.find(({ name }) => name.value === 'requires');
      if (!directive) continue;
      const name = `${type.name.value}.${field.name.value}`;
      required.set(name, { fields: fieldsOf(directive), isComputed: false });
    }
  }
  return required;
}

/** For a whole graph in one subgraph. */
export function computedInputs(inputs: Readonly<Record<string, string>>): RequiredInputs {
  return new Map(
    Object.entries(inputs).map(([name, text]) => [name, { fields: parseFields(text), isComputed: true }]),
  );
}

/** The names of all fields that keys or required inputs are made of. */
export function findInputNames(subgraphs: Iterable<DocumentNode>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const document of subgraphs) {
    visit(document, {
      Directive(node) {
        if (node.name.value !== 'key' && node.name.value !== 'requires') return;
        visit(fieldsOf(node as ConstDirectiveNode), {
          Field: ({ name }) => {
            names.add(name.value);
          },
        });
      },
    });
  }
  return names;
}

function fieldsOf(directive: ConstDirectiveNode): SelectionSetNode {
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return parseFields(`{ ${value?.kind === Kind.STRING ? value.value : ''} }`);
}

function parseFields(text: string): SelectionSetNode {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A set of fields is one operation.');
  return operation.selectionSet;
}

function addKeys(tree: Record<string, KeyTree | undefined>, { selections }: SelectionSetNode): void {
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const below: Record<string, KeyTree | undefined> = { ...tree[selection.name.value] };
    if (selection.selectionSet) addKeys(below, selection.selectionSet);
    tree[selection.name.value] = below;
  }
}

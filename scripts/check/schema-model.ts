import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

/** One subgraph's whole SDL. */
export interface SchemaDocument {
  /** `shop` */
  readonly subgraph: string;
  readonly document: DocumentNode;
}

/** The definitions of all subgraphs, as the rules look at them. A type of two subgraphs stands here twice. */
export interface SchemaModel {
  readonly types: readonly TypeDefinitionNode[];
  readonly objects: readonly ObjectTypeDefinitionNode[];
  readonly inputs: readonly InputObjectTypeDefinitionNode[];
  readonly enumNames: ReadonlySet<string>;
  /** Types with @key in any subgraph. */
  readonly entityNames: ReadonlySet<string>;
  /** Types that implement Error. */
  readonly errorTypes: readonly ObjectTypeDefinitionNode[];
}

export function schemaModel(documents: readonly SchemaDocument[]): SchemaModel {
  const definitions = documents.flatMap(({ document }) => document.definitions);
  const objects = definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);
  const inputs = definitions.filter((definition) => definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION);
  const enums = definitions.filter((definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION);
  return {
    types: definitions.filter((definition): definition is TypeDefinitionNode =>
      TYPE_KINDS.has(definition.kind),
    ),
    objects,
    inputs,
    enumNames: new Set(enums.map((definition: EnumTypeDefinitionNode) => definition.name.value)),
    entityNames: new Set(objects.filter((type) => hasDirective(type, 'key')).map((type) => type.name.value)),
    errorTypes: objects.filter((type) => type.interfaces?.some(({ name }) => name.value === 'Error')),
  };
}

const TYPE_KINDS: ReadonlySet<string> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
]);

export const isRoot = (typeName: string): boolean => ['Query', 'Mutation', 'Subscription'].includes(typeName);

export const isNullable = (type: TypeNode): boolean => type.kind !== Kind.NON_NULL_TYPE;

export function isList(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE ? isList(type.type) : type.kind === Kind.LIST_TYPE;
}

/** `[Shop!]!` → `Shop` */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

export function hasDirective(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): boolean {
  return node.directives?.some((directive) => directive.name.value === name) ?? false;
}

/** Every output field with the name of its type. */
export function outputFieldsOf(
  objects: readonly ObjectTypeDefinitionNode[],
): { readonly typeName: string; readonly field: FieldDefinitionNode }[] {
  return objects.flatMap((type) =>
    (type.fields ?? []).map((field) => ({ typeName: type.name.value, field })),
  );
}

/** Something that has a name and a type. */
export interface SchemaValue {
  readonly place: string;
  readonly name: string;
  readonly type: TypeNode;
  readonly isInput: boolean;
}

/** Every output field, argument and input field. */
export function valuesOf({ objects, inputs }: SchemaModel): SchemaValue[] {
  const outputs = outputFieldsOf(objects).flatMap(({ typeName, field }) => {
    const place = `${typeName}.${field.name.value}`;
    const args = (field.arguments ?? []).map((argument) =>
      inputValue(`${place}(${argument.name.value})`, argument),
    );
    return [{ place, name: field.name.value, type: field.type, isInput: false }, ...args];
  });
  const fromInputs = inputs.flatMap((input) =>
    (input.fields ?? []).map((field) => inputValue(`${input.name.value}.${field.name.value}`, field)),
  );
  return [...outputs, ...fromInputs];
}

function inputValue(place: string, node: InputValueDefinitionNode): SchemaValue {
  return { place, name: node.name.value, type: node.type, isInput: true };
}

type Member = Pick<InputValueDefinitionNode, 'name' | 'description'>;

/** Fields with their arguments, input fields and enum values. */
export function membersOf(type: TypeDefinitionNode): { place: string; node: Member }[] {
  const place = (node: Member) => `${type.name.value}.${node.name.value}`;
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return (type.fields ?? []).flatMap((field) => [
        { place: place(field), node: field },
        ...(field.arguments ?? [])
          // A mutation's input is described by its type.
          .filter((argument) => argument.name.value !== 'input')
          .map((argument) => ({ place: `${place(field)}(${argument.name.value})`, node: argument })),
      ]);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (type.fields ?? []).map((node) => ({ place: place(node), node }));
    case Kind.ENUM_TYPE_DEFINITION:
      return (type.values ?? []).map((node) => ({ place: place(node), node }));
    default:
      return [];
  }
}

import {
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import { ContractError } from './contracts.ts';
import type { SubgraphMappers } from './mappers.ts';

const GENERICS = `/** Fields that graphql's default resolver answers from the parent object as the schema wants them. */
type DefaultResolved<Parent, Fields> = {
  [Name in keyof Fields & keyof Parent]: Fields[Name] extends (...args: never[]) => infer Result
    ? Parent[Name] extends Result
      ? Name
      : never
    : never;
}[keyof Fields & keyof Parent];

/** Demands a resolver for each field but the default resolved ones. */
type Strict<Parent, Fields> = Omit<Fields, (DefaultResolved<Parent, Fields> | '__isTypeOf') & keyof Fields> &
  Partial<Pick<Fields, DefaultResolved<Parent, Fields>>>;

/** How an entity is found from another subgraph's reference; optional where the reference is all that is needed. */
type StrictReference<Reference, Parent, Resolver> = Reference extends Parent
  ? { __resolveReference?: Resolver }
  : { __resolveReference: Resolver };

type NothingDemanded<Types> = { [Type in keyof Types]: Record<never, never> extends Types[Type] ? Type : never }[keyof Types];

/** What a subgraph hands to createSubgraph: tsc names each resolver that is missing. */
export type StrictResolvers = Omit<TypeResolvers, NothingDemanded<TypeResolvers>> &
  Partial<Pick<TypeResolvers, NothingDemanded<TypeResolvers>>>;
`;

/** The type that demands every needed resolver. */
export function strictResolvers(schema: GraphQLSchema, mappers: SubgraphMappers): string {
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
  const contextName = mappers.context.split('#')[1] ?? '';
  const rows = [
    ...types.map((type) => `  ${type.name}: ${typeRow(schema, type, contextName)};`),
    ...Object.keys(mappers.enums).map((name) => `  ${name}: (typeof enumResolvers)['${name}'];`),
  ];
  return `interface TypeResolvers {
${rows.join('\n')}
}

${GENERICS}`;
}

function typeRow(schema: GraphQLSchema, type: GraphQLObjectType, contextName: string): string {
  const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
  const parent = isRoot ? 'Record<never, never>' : `ResolversParentTypes['${type.name}']`;
  const strict = `Strict<${parent}, ${type.name}Resolvers>`;
  const key = type.astNode?.directives?.find((directive) => directive.name.value === 'key');
  const fields = key?.arguments?.find((argument) => argument.name.value === 'fields')?.value;
  if (fields?.kind !== Kind.STRING) return strict;
  const reference = referenceType(type, fields.value);
  const answer = `Maybe<ResolversTypes['${type.name}']> | Promise<Maybe<ResolversTypes['${type.name}']>>`;
  const resolver = `(reference: ${reference}, context: ${contextName}) => ${answer}`;
  return `${strict} &\n    StrictReference<${reference}, ${parent}, ${resolver}>`;
}

/** `@key(fields: "id")` → `{ readonly __typename: 'Shop'; readonly id: string }` */
function referenceType(type: GraphQLObjectType, fields: string): string {
  const definition = parse(`{ ${fields} }`).definitions[0];
  const selections = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  const members = selections.map((selection) => {
    if (selection.kind !== Kind.FIELD || selection.selectionSet) {
      throw new ContractError([`The key "${fields}" of ${type.name} is nested. Use plain fields in a key.`]);
    }
    const name = selection.name.value;
    const fieldType = String(type.getFields()[name]?.type ?? '').replace('!', '');
    return `readonly ${name}: Scalars['${fieldType}']['input']`;
  });
  return `{ readonly __typename: '${type.name}'; ${members.join('; ')} }`;
}

/** The values of the SDL as literals of the proto; tsc proves that both have the same names. */
export function enumResolvers(schema: GraphQLSchema, mappers: SubgraphMappers): string {
  const enums = Object.keys(mappers.enums)
    .map((name) => schema.getType(name))
    .filter(isEnumType);
  if (enums.length === 0) return '';
  return `/** Spread it into the resolvers: they see the literals of the proto, and clients the names of the SDL. */
export const enumResolvers = {
${enums.map(enumRow).join('\n')}
};

`;
}

function enumRow(type: GraphQLEnumType): string {
  const values = type.getValues().map((value) => `    ${value.name}: ${type.name}Values.${value.name},`);
  const keys = `Exclude<keyof typeof ${type.name}Values, 'UNSPECIFIED'>`;
  return `  ${type.name}: {\n${values.join('\n')}\n  } as const satisfies Record<${keys}, ${type.name}>,`;
}

import { buildSubgraphSchema } from '@apollo/subgraph';
import type { PreparedRequest, Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { subgraphTypeDefs } from '@tiffin/schema/subgraph-type-defs';
import {
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';

/** The items of each list. */
const listLength = 2;
const scalars: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1.5,
  Boolean: true,
  ID: '1',
  String: 'text',
  DateTime: '2020-01-01T00:00:00.000Z',
  Cents: 100,
};

/** The platform's subgraph of that name as far as its schema goes: each field has some value of its type. */
export function createSchemaSubgraph(name: string): Subgraph {
  const schema = buildSubgraphSchema(
    subgraphTypeDefs(name.replace('-subgraph', '')).map((typeDefs) => ({ typeDefs })),
  );
  const fieldResolver = resolverOf(schema);
  const prepare = (query: string, operationName?: string): PreparedRequest => {
    const document = parse(query);
    return async (variableValues) =>
      execute({
        schema,
        document,
        variableValues,
        operationName,
        fieldResolver,
        typeResolver: ({ __typename }) => __typename,
      }) as Promise<ExecutionResult> | ExecutionResult;
  };
  // What a plan asks of a subgraph's entities has a resolver of its own.
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities) entities.resolve = (_source, { representations }) => representations;
  return {
    name,
    prepare: ({ query, operationName }) => prepare(query, operationName),
    execute: ({ query, operationName, variables }, call, scope) =>
      prepare(query, operationName)(variables, call, scope),
  };
}

function resolverOf(schema: GraphQLSchema): GraphQLFieldResolver<unknown, unknown> {
  const someOf = (type: GraphQLOutputType): unknown => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return Array.from({ length: listLength }, () => someOf(nullable.ofType));
    if (isObjectType(nullable)) return { __typename: nullable.name };
    if (isAbstractType(nullable)) return { __typename: schema.getPossibleTypes(nullable)[0]?.name };
    if (isEnumType(nullable)) return nullable.getValues()[0]?.value;
    return scalars[nullable.name] ?? null;
  };
  return (source, _args, _context, { fieldName, returnType }) => {
    // A representation brings its keys along.
    const given = (source as Record<string, unknown> | undefined)?.[fieldName];
    return given ?? someOf(returnType);
  };
}

import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { Operation, Variables } from '../executor.ts';
import type { ResponseField } from './collect-fields.ts';
import type { Data } from './data.ts';

/** Whether a root field asks about the schema; the gateway answers it, no subgraph is asked. */
export const isIntrospection = ({ name }: ResponseField): boolean =>
  name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name;

/** What the schema says to the introspection among an operation's root fields. */
export function introspect(
  schema: GraphQLSchema,
  { document, node }: Operation,
  fields: readonly ResponseField[],
  variableValues: Variables,
): Data {
  const selections = fields.filter(isIntrospection).flatMap(({ nodes }) => nodes);
  if (selections.length === 0) return {};
  const operation: OperationDefinitionNode = {
    ...node,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const asked: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  return executeSync({ schema, document: asked, variableValues }).data ?? {};
}

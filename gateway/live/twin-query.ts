import {
  type ArgumentNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
} from 'graphql';
import type { Operation } from '../executor.ts';
import { fragmentsOf } from '../fragments-of.ts';

/**
 * The query that answers a subscription. A subscription field is a live read: it has a twin in Query, a field of the
 * same name, arguments and type, and each event is the answer of that field at its time. The query has the
 * subscription's selection, variables and directives. `node` must be valid.
 * @throws GraphQLError where the field has no twin.
 */
export function twinQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: OperationDefinitionNode,
): Operation {
  const root = schema.getSubscriptionType();
  if (!root) throw new GraphQLError('Subscriptions are not supported.');
  const selections = rootFields(document, node);
  const [first] = selections;
  if (!first) throw new GraphQLError('A subscription selects one field.');
  refuseWithoutTwin(schema, root, first.name.value);
  const query: OperationDefinitionNode = {
    ...node,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  // Its root fields stand in the query itself now: a fragment of the root type would fit nowhere.
  const definitions = document.definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (definition === node) return [query];
    const isFragment = definition.kind === Kind.FRAGMENT_DEFINITION;
    return isFragment && definition.typeCondition.name.value !== root.name ? [definition] : [];
  });
  const twin: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  return { text: print(twin), document: twin, node: query };
}

/** The nodes of the one root field, however they are spread over fragments. */
export function rootFields(document: DocumentNode, node: OperationDefinitionNode): readonly FieldNode[] {
  const fragments = fragmentsOf(document);
  const flatten = (selection: SelectionNode): readonly FieldNode[] => {
    // Which field is watched must not hang on variables; the specification of 2025 forbids it too.
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) {
      throw new GraphQLError('The field of a subscription takes neither @skip nor @include.', {
        nodes: selection,
      });
    }
    if (selection.kind === Kind.FIELD) return [selection];
    const { selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragments.get(selection.name.value) ?? {});
    return selectionSet?.selections.flatMap(flatten) ?? [];
  };
  return node.selectionSet.selections.flatMap(flatten);
}

/** The value of the root field's argument `id`; undefined where it has none, or nothing that an id is. */
export function liveId(
  document: DocumentNode,
  node: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  const argument = rootFields(document, node)[0]?.arguments?.find(({ name }) => name.value === 'id');
  const value = argument && argumentValue(argument, node, variables);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function argumentValue(
  { value }: ArgumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  if (value.kind === Kind.STRING || value.kind === Kind.INT) return value.value;
  if (value.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  if (variables[name] !== undefined) return variables[name];
  const fallback = variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return fallback?.kind === Kind.STRING || fallback?.kind === Kind.INT ? fallback.value : undefined;
}

function refuseWithoutTwin(schema: GraphQLSchema, root: GraphQLObjectType, name: string): void {
  const field = root.getFields()[name];
  const twin = schema.getQueryType()?.getFields()[name];
  if (field && twin && signature(field) === signature(twin)) return;
  throw new GraphQLError(
    `${root.name}.${name} cannot be served: this gateway answers a subscription by the field of Query with the same ` +
      `name, arguments and type, and there is no such field.`,
    { extensions: { code: 'MALFORMED_REQUEST' } },
  );
}

const signature = ({ type, args }: GraphQLField<unknown, unknown>): string =>
  [String(type), ...args.map((argument) => `${argument.name}: ${argument.type}`).sort()].join();

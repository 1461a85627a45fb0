import {
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  visit,
} from 'graphql';

/**
 * The same supergraph with the keys of each type that a subgraph does not resolve behind those that it does. Apollo's
 * planner (2.14) takes the first key of a type that it finds at hand, and where that is `resolvable: false` it asks a
 * subgraph for an entity by a key which that does not know. Nothing else depends on the order: such keys lead nowhere.
 */
export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  return visit(supergraph, { ObjectTypeDefinition: sorted, InterfaceTypeDefinition: sorted });
}

function sorted<Type extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(
  type: Type,
): Type | undefined {
  const joins = (type.directives ?? []).filter(isJoin);
  if (joins.every(isResolvable)) return undefined;
  const graphs = [...new Set(joins.map(graphOf))];
  const rank = (join: ConstDirectiveNode) => graphs.indexOf(graphOf(join)) * 2 + (isResolvable(join) ? 0 : 1);
  const inOrder = joins.toSorted((left, right) => rank(left) - rank(right)).values();
  const directives = type.directives?.map((directive) =>
    isJoin(directive) ? (inOrder.next().value ?? directive) : directive,
  );
  return { ...type, directives };
}

const isJoin = ({ name }: ConstDirectiveNode) => name.value === 'join__type';

const argumentOf = (join: ConstDirectiveNode, wanted: string) =>
  join.arguments?.find(({ name }) => name.value === wanted)?.value;

function isResolvable(join: ConstDirectiveNode): boolean {
  const resolvable = argumentOf(join, 'resolvable');
  return resolvable?.kind !== Kind.BOOLEAN || resolvable.value;
}

function graphOf(join: ConstDirectiveNode): string {
  const graph = argumentOf(join, 'graph');
  return graph?.kind === Kind.ENUM ? graph.value : '';
}

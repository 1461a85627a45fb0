import {
  doTypesOverlap,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ClientRequest } from './operation-writer.ts';
import { pruneRequest } from './prune-request.ts';
import type { CheckedRequest } from './random-operation.ts';

/**
 * The same request without named fragments, without fragments that never apply, and without type conditions that
 * always apply: the form in which Apollo's executor reads fragments correctly.
 */
export function narrowFragments(schema: GraphQLSchema, request: CheckedRequest): ClientRequest {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of request.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const narrowSet = (set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode => {
    const selections = set.selections.flatMap((selection) => narrowOne(selection, type));
    // Nothing applies: the object stays, without fields that anyone asked for.
    return { ...set, selections: selections.length > 0 ? selections : [nothing] };
  };
  const narrowOne = (selection: SelectionNode, type: GraphQLCompositeType): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
      const below = field && getNamedType(field.type);
      if (!selection.selectionSet || !below || !isCompositeType(below)) return [selection];
      return [{ ...selection, selectionSet: narrowSet(selection.selectionSet, below) }];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) return [];
    const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    const { directives = [] } = selection;
    if (isCompositeType(condition) && !isSupertype(schema, condition, type)) {
      if (!doTypesOverlap(schema, type, condition)) return [];
      const selectionSet = narrowSet(fragment.selectionSet, condition);
      const typeCondition = fragment.typeCondition;
      return [
        { kind: Kind.INLINE_FRAGMENT, ...(typeCondition && { typeCondition }), directives, selectionSet },
      ];
    }
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: narrowSet(fragment.selectionSet, type) }];
  };
  const root = schema.getRootType(request.node.operation);
  const selectionSet = root ? narrowSet(request.node.selectionSet, root) : request.node.selectionSet;
  const definitions = [{ ...request.node, selectionSet }];
  return pruneRequest({ kind: Kind.DOCUMENT, definitions }, request) ?? request;
}

const nothing: SelectionNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  directives: [
    {
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: 'include' },
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'if' },
          value: { kind: Kind.BOOLEAN, value: false },
        },
      ],
    },
  ],
};

function isSupertype(
  schema: GraphQLSchema,
  condition: GraphQLCompositeType,
  type: GraphQLCompositeType,
): boolean {
  if (condition === type) return true;
  return (
    isAbstractType(condition) &&
    (isObjectType(type) || isInterfaceType(type)) &&
    schema.isSubType(condition, type)
  );
}

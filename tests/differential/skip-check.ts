import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getVariableValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CheckedRequest } from './random-operation.ts';

type Path = readonly (string | number)[];

/**
 * Tells of a path whether `@skip` and `@include` leave nothing of what the request asks for there, whatever the types
 * of the objects on the way. A field that the request does not have at all is not skipped.
 */
export function createSkipCheck(schema: GraphQLSchema, request: CheckedRequest): (path: Path) => boolean {
  const { document, node } = request;
  const { coerced = {} } = getVariableValues(schema, node.variableDefinitions ?? [], request.variables);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const isIncluded = (selection: SelectionNode) =>
    getDirectiveValues(GraphQLSkipDirective, selection, coerced)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, coerced)?.['if'] !== false;

  function* fieldsOf({ selections }: SelectionSetNode, mayBeSkipped: boolean): Generator<FieldNode> {
    for (const selection of selections) {
      if (!mayBeSkipped && !isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        yield selection;
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment) yield* fieldsOf(fragment.selectionSet, mayBeSkipped);
    }
  }

  const isAsked = (path: Path, mayBeSkipped: boolean): boolean => {
    let sets: readonly SelectionSetNode[] = [node.selectionSet];
    for (const step of path) {
      if (typeof step === 'number') continue;
      const fields = sets
        .flatMap((set) => [...fieldsOf(set, mayBeSkipped)])
        .filter(({ alias, name }) => (alias ?? name).value === step);
      if (fields.length === 0) return false;
      sets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
    }
    return true;
  };
  return (path) => isAsked(path, true) && !isAsked(path, false);
}

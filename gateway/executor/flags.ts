import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
  visit,
} from 'graphql';
import type { Variables } from '../executor.ts';
import { ownValue } from './own-value.ts';

/** The values of the variables that `@skip` and `@include` look at. */
export type Flags = ReadonlyMap<string, boolean>;

const none: Flags = new Map();

/** Reads from a request's variables what `@skip` and `@include` of an operation look at, defaults included. */
export function compileFlags(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (variables: Variables) => Flags | GraphQLError {
  // Another operation of the document may have a variable of the same name that is no flag in this one.
  const own = separateOperations(document)[operation.name?.value ?? ''] ?? operation;
  const names = conditionVariables(own);
  const definitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    names.has(variable.name.value),
  );
  if (definitions.length === 0) return () => none;
  const defaults = definitions.map(({ variable, defaultValue }) => ({
    name: variable.name.value,
    fallback: defaultValue?.kind === Kind.BOOLEAN ? defaultValue.value : undefined,
  }));
  return (variables) => {
    const flags = new Map<string, boolean>();
    for (const { name, fallback } of defaults) {
      const given = ownValue(variables, name);
      const value = given === undefined ? fallback : given;
      if (typeof value !== 'boolean') return notAFlag(name);
      flags.set(name, value);
    }
    return flags;
  };
}

/** A nullable variable with a default may be sent as null. */
const notAFlag = (name: string) =>
  new GraphQLError(`Variable "$${name}" decides whether a field is asked for: it must be true or false.`);

function conditionVariables(root: ASTNode): Set<string> {
  const names = new Set<string>();
  visit(root, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return;
      const condition = node.arguments?.find(({ name }) => name.value === 'if')?.value;
      if (condition?.kind === Kind.VARIABLE) names.add(condition.name.value);
    },
  });
  return names;
}

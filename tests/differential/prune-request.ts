import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  separateOperations,
  visit,
} from 'graphql';
import type { ClientRequest } from './operation-writer.ts';

/** What is left of a request whose document was changed: without the fragments and variables that nothing uses. */
export function pruneRequest(document: DocumentNode, request: ClientRequest): ClientRequest | undefined {
  const { operationName } = request;
  const hasOperation = document.definitions.some(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.name?.value === operationName,
  );
  if (!hasOperation) return undefined;
  const others = document.definitions.filter(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.name?.value !== operationName,
  );
  const separated = separateOperations(document)[operationName ?? ''];
  if (!separated) return undefined;
  const used = new Set<string>();
  visit(separated, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      used.add(name.value);
    },
  });
  const definitions = separated.definitions.map((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? withVariables(node, used) : node,
  );
  const variables = Object.fromEntries(Object.entries(request.variables).filter(([name]) => used.has(name)));
  return {
    text: print({ kind: Kind.DOCUMENT, definitions: [...others, ...definitions] }),
    operationName,
    variables,
  };
}

const withVariables = (
  node: OperationDefinitionNode,
  used: ReadonlySet<string>,
): OperationDefinitionNode => ({
  ...node,
  variableDefinitions: (node.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  ),
});

import { Kind, OperationTypeNode, parse } from 'graphql';

/** Whether a document has anything that changes something. What cannot be parsed cannot run. */
export function mayMutate(query: string): boolean {
  try {
    return parse(query).definitions.some(
      (node) => node.kind === Kind.OPERATION_DEFINITION && node.operation !== OperationTypeNode.QUERY,
    );
  } catch {
    return false;
  }
}

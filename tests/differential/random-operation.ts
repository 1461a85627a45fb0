import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import {
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { type ClientRequest, OperationWriter, type RequestTarget } from './operation-writer.ts';

/** What a request is once it is known to be valid, as the gateway finds out before it executes. */
export interface CheckedRequest extends ClientRequest {
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
}

const MAX_ATTEMPTS = 30;

/** A random valid request. The same seed gives the same request. */
export function randomRequest(target: RequestTarget, seed: number): CheckedRequest {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const random = DemoRandom.of(`operation ${attempt}`, seed);
    const checked = checkRequest(target.schema, new OperationWriter(target, random, attempt).write());
    if (checked) return checked;
  }
  throw new Error(`No valid operation came out of the seed ${seed}.`);
}

/** Undefined where the gateway would refuse the request. */
export function checkRequest(schema: GraphQLSchema, request: ClientRequest): CheckedRequest | undefined {
  const document = parse(request.text);
  if (validate(schema, document).length > 0) return undefined;
  const node = document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (request.operationName === undefined || definition.name?.value === request.operationName),
  );
  if (!node) return undefined;
  const { errors } = getVariableValues(schema, node.variableDefinitions ?? [], request.variables);
  return errors ? undefined : { ...request, document, node };
}

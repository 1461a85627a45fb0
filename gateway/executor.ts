import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** A client's operation, parsed and valid against the executor's schema. */
export interface ClientOperation {
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Runs operations against the subgraphs. Failures stand in the result's `errors`. */
export interface Executor {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  execute(operation: ClientOperation, call: CallContext, scope: OperationScope): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

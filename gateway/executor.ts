import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/** A client's operation, parsed and valid against the executor's schema. */
export interface Operation {
  readonly text: string;
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
}

export type Variables = Readonly<Record<string, unknown>>;

/** An operation made ready to run many times. */
export interface PreparedOperation {
  /** About how much memory it takes to keep it, to begin with. */
  readonly bytes: number;
  /** Takes variables as the client sent them, checked against their types. Failures stand in the result's `errors`. */
  run(variables: Variables, call: CallContext, scope: OperationScope): Promise<ExecutionResult>;
}

/** Runs operations against the subgraphs of one supergraph. */
export interface Executor {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /**
   * `onGrowth` is told when keeping the operation takes more bytes from now on.
   * @throws GraphQLError where the operation cannot be planned within bounds.
   */
  prepare(operation: Operation, onGrowth?: (bytes: number) => void): Promise<PreparedOperation>;
  stop(): Promise<void>;
}

/** An operation that is refused for now: another time, on a machine less busy, it may pass. */
export class PassingRefusal extends GraphQLError {}

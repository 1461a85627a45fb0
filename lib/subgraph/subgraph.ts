import type { ExecutionResult } from 'graphql';
import type { CallContext } from '../rpc/call-context.ts';
import type { OperationScope } from './operation-scope.ts';

/** A GraphQL document for a subgraph, as the query plan writes it. */
export interface SubgraphOperation {
  readonly query: string;
  readonly operationName?: string | undefined;
}

export interface SubgraphRequest extends SubgraphOperation {
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** One document made ready to run many times. It never rejects: failures stand in `errors`. */
export type PreparedRequest = (
  variables: Readonly<Record<string, unknown>> | undefined,
  call: CallContext,
  scope: OperationScope,
) => Promise<ExecutionResult>;

/**
 * A subgraph as the gateway sees it, in this process or behind HTTP. `scope` is shared by all requests of one client
 * operation, so that in-process requests share their loaders; for the same reason all of them are to have the same
 * freshness and `onDegraded`. It never rejects: failures stand in `errors`.
 */
export interface Subgraph {
  readonly name: string;
  /** Makes a document ready. Who prepares it keeps it, and thereby bounds how many there are. */
  prepare(operation: SubgraphOperation): PreparedRequest;
  /** For those who do not know beforehand what they will run. */
  execute(request: SubgraphRequest, call: CallContext, scope: OperationScope): Promise<ExecutionResult>;
}

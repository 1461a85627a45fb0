import type { ExecutionResult } from 'graphql';
import type { CallContext } from '../rpc/call-context.ts';
import type { OperationScope } from './operation-scope.ts';

/** One GraphQL request to a subgraph, as the query plan writes it. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A subgraph as the gateway sees it, in this process or behind HTTP. `scope` is shared by all requests of one client
 * operation, so that in-process requests share their loaders. It never rejects: failures stand in `errors`.
 */
export interface Subgraph {
  readonly name: string;
  execute(request: SubgraphRequest, call: CallContext, scope: OperationScope): Promise<ExecutionResult>;
}

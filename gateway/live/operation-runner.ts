import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { freshnessOf, withFreshness } from '@tiffin/lib/subgraph/with-freshness';
import { inSpan } from '@tiffin/lib/telemetry/in-span';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { clientError, refusedRequest, type ShownErrors } from '../client-error.ts';
import type { Variables } from '../executor.ts';
import type { Graph } from '../graph.ts';
import { endWith, variableErrors } from '../graphql-handler.ts';
import type { Lookup } from '../operation-cache.ts';

/** What a client asks for, kept for as long as it watches. */
export interface Asked {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

export interface OperationRunnerOptions {
  readonly graph: Graph;
  readonly errors: ShownErrors;
  readonly logger: Logger;
}

/**
 * Runs operations whose results are events: whatever is wrong with them stands in a result. Each run enters the graph
 * anew, so that a subscription follows the supergraph and holds none that was replaced.
 */
export class OperationRunner {
  readonly #options: OperationRunnerOptions;

  constructor(options: OperationRunnerOptions) {
    this.#options = options;
  }

  /** The operation, with what is wrong with it or its variables as errors for the client. */
  async find(asked: Asked, call: CallContext, onNew?: () => unknown): Promise<Lookup> {
    using lease = this.#options.graph.enter();
    const { text, operationName, variables } = asked;
    const found = await endWith(call, lease.operations.get(text, operationName, variables, call, onNew));
    const errors = 'errors' in found ? found.errors : variableErrors(lease.schema, found.node, variables);
    return errors ? { errors: errors.map(refusedRequest) } : (found as Lookup);
  }

  /** A subscription's run answers its twin in Query. */
  async run(asked: Asked, call: CallContext): Promise<ExecutionResult> {
    const { graph, errors: shownErrors, logger } = this.#options;
    using _lease = graph.enter();
    const found = await this.find(asked, call);
    if ('errors' in found) return found;
    const isMutation = found.node.operation === OperationTypeNode.MUTATION;
    const result = await withFreshness(freshnessOf(isMutation), call, (reading) =>
      inSpan(reading, 'execute operation', (own) =>
        found.prepared.run(asked.variables, own, new OperationScope()),
      ),
    );
    if (!result.errors) return result;
    const onDefect = (err: Error) => logger.error({ requestId: call.requestId, err }, 'operation failed');
    return { ...result, errors: result.errors.map((error) => clientError(error, shownErrors, onDefect)) };
  }
}

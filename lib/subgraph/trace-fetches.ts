import type { ExecutionResult } from 'graphql';
import { inSpan } from '../telemetry/in-span.ts';
import type { Span } from '../telemetry/span.ts';
import type { PreparedRequest, Subgraph, SubgraphOperation } from './subgraph.ts';

/** The subgraph, with a span around each request of a traced call, wherever the subgraph runs. */
export function traceFetches(subgraph: Subgraph): Subgraph {
  const { name } = subgraph;

  function prepare(operation: SubgraphOperation): PreparedRequest {
    const request = subgraph.prepare(operation);
    return (variables, call, scope) =>
      call.span
        ? inSpan(call, `fetch ${name}`, async (own) => note(await request(variables, own, scope), own.span), {
            kind: 'client',
            attributes: { 'tiffin.subgraph': name },
          })
        : request(variables, call, scope);
  }

  return {
    name,
    prepare,
    execute: (request, call, scope) =>
      call.span ? prepare(request)(request.variables, call, scope) : subgraph.execute(request, call, scope),
  };
}

/** A fetch without data has failed; errors next to data belong to fields. */
function note(result: ExecutionResult, span: Span | undefined): ExecutionResult {
  if (!result.errors) return result;
  span?.set({ 'tiffin.graphql.errors': result.errors.length });
  if (!result.data) span?.fault('NO_DATA');
  return result;
}

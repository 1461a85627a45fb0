import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { PreparedRequest, Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { ExecutionResult } from 'graphql';

/** What a subgraph was asked. */
export interface FakeRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly call: CallContext;
  readonly scope: OperationScope;
}

/** Anything that a subgraph may send, also what is no result. */
export type FakeAnswer = (request: FakeRequest) => unknown;

export interface FakeSubgraph extends Subgraph {
  readonly requests: readonly FakeRequest[];
}

/** A subgraph that answers whatever the test says, a copy each time, and remembers what it was asked. */
export function createFakeSubgraph(name: string, answer: FakeAnswer): FakeSubgraph {
  const requests: FakeRequest[] = [];
  const prepare =
    ({ query }: { query: string }): PreparedRequest =>
    async (variables = {}, call, scope) => {
      const request = { query, variables, call, scope };
      requests.push(request);
      return structuredClone(await answer(request)) as ExecutionResult;
    };
  return {
    name,
    requests,
    prepare,
    execute: ({ variables, ...operation }, call, scope) => prepare(operation)(variables, call, scope),
  };
}

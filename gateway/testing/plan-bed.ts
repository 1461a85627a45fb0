import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { trimSelectionNodes } from '@apollo/query-planner';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { buildSchema, type ExecutionResult, OperationTypeNode, parse } from 'graphql';
import { createCompiledExecutor } from '../executor/compiled-executor.ts';
import type { Variables } from '../executor.ts';
import { createFakeSubgraph, type FakeAnswer, type FakeSubgraph } from './fake-subgraph.ts';
import { operationOf } from './operation-of.ts';

/** Books with their authors: what clients see of the plans that a `PlanBed` runs. */
const sdl = `
  interface Person { id: ID! }
  type Query { books: [Book] shelves: [[Book]] book: Book me: String you: String echo(a: Int, b: Int): Int }
  type Mutation { lend: String give: String keep: String }
  type Book { id: ID! title: String author: Author price: Int }
  type Author implements Person { id: ID! name: String born: Int }
`;

export interface PlanBed {
  readonly clock: VirtualClock;
  readonly abort: AbortController;
  readonly scope: OperationScope;
  subgraph(name: string): FakeSubgraph;
  run(variables?: Variables): Promise<ExecutionResult>;
}

/** Runs a plan that the test has written by hand, on subgraphs that answer what the test says. */
export async function createPlanBed(
  text: string,
  node: PlanNode | undefined,
  answers: Readonly<Record<string, FakeAnswer>>,
): Promise<PlanBed> {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const scope = new OperationScope();
  const subgraphs = new Map(
    Object.entries(answers).map(([name, answer]) => [name, createFakeSubgraph(name, answer)]),
  );
  const subgraph = (name: string) => {
    const found = subgraphs.get(name);
    if (!found) throw new Error(`There is no subgraph ${name}.`);
    return found;
  };
  const executor = createCompiledExecutor({
    schema: buildSchema(sdl),
    supergraph: parse(sdl),
    planner: { plan: async () => ({ kind: 'QueryPlan', ...(node && { node }) }), stop: async () => {} },
    subgraphOf: subgraph,
    clock,
    metrics: createMetrics(),
  });
  const prepared = await executor.prepare(operationOf(text));
  const call = { ...callBy(), signal: abort.signal };
  return { clock, abort, scope, subgraph, run: (variables = {}) => prepared.run(variables, call, scope) };
}

export const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
export const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });
export const flatten = (path: string, node: PlanNode): PlanNode => ({
  kind: 'Flatten',
  path: path.split('.'),
  node,
});

/** A fetch of root fields. */
export function fetchRoot(serviceName: string, operation: string, more: Partial<FetchNode> = {}): FetchNode {
  const operationKind = operationOf(operation).node.operation;
  return { kind: 'Fetch', serviceName, operation, operationName: undefined, operationKind, ...more };
}

/** A fetch of `fields` of entities, by what `requires` reads from them. */
export function fetchEntities(
  serviceName: string,
  requires: string,
  fields: string,
  more: Partial<FetchNode> = {},
): FetchNode {
  return {
    kind: 'Fetch',
    serviceName,
    operation: `query ($representations: [_Any!]!) { _entities(representations: $representations) ${fields} }`,
    operationName: undefined,
    operationKind: OperationTypeNode.QUERY,
    requires: trimSelectionNodes(operationOf(requires).node.selectionSet.selections),
    ...more,
  };
}

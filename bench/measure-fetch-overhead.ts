import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { createCompiledExecutor } from '@tiffin/gateway/executor/compiled-executor';
import { OperationCache } from '@tiffin/gateway/operation-cache';
import { systemClock } from '@tiffin/lib/clock/clock';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { buildSchema, parse } from 'graphql';
import { warmUpRounds } from './bench-options.ts';
import { collectGarbage, cpuMicroseconds, type Spread, spreadOf } from './cpu-time.ts';
import { lookUp } from './record-answers.ts';

/** How many fetches the longer plan has more than the shorter one, which has one. */
const moreFetches = 20;

const requests = 2_000;
const sdl = 'type Query { field: Int }';
const text = '{ field }';
const call = callBy();

/** CPU of a fetch whose answer is empty, and of a run without any, in µs: the slope and the start of a line. */
export async function measureFetchOverhead(
  rounds: number,
): Promise<{ readonly perFetch: Spread; readonly emptyRun: Spread }> {
  const short = await sequenceOf(1);
  const long = await sequenceOf(1 + moreFetches);
  const perFetch: number[] = [];
  const emptyRun: number[] = [];
  for (let round = -warmUpRounds; round < rounds; round++) {
    const shortCost = await cost(short);
    const slope = ((await cost(long)) - shortCost) / moreFetches;
    if (round < 0) continue;
    perFetch.push(slope);
    emptyRun.push(shortCost - slope);
  }
  return { perFetch: spreadOf(perFetch), emptyRun: spreadOf(emptyRun) };
}

async function sequenceOf(fetches: number) {
  const nodes = Array.from({ length: fetches }, () => fetchNode);
  const plan: QueryPlan = { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } };
  const executor = createCompiledExecutor({
    schema: buildSchema(sdl),
    supergraph: parse(sdl),
    planner: { plan: async () => plan, async stop() {} },
    subgraphOf: () => emptySubgraph,
    clock: systemClock,
    metrics: createMetrics(),
  });
  return (await lookUp(new OperationCache(executor), { name: 'the empty plan', text })).prepared;
}

async function cost(prepared: Awaited<ReturnType<typeof sequenceOf>>): Promise<number> {
  await collectGarbage();
  const total = await cpuMicroseconds(async () => {
    for (let request = 0; request < requests; request++) await prepared.run({}, call, new OperationScope());
  });
  return total / requests;
}

const fetchNode = {
  kind: 'Fetch',
  serviceName: 'empty',
  operationKind: 'query',
  operation: text,
} as FetchNode;

const emptyAnswer = Promise.resolve({ data: {} });

const emptySubgraph: Subgraph = {
  name: 'empty',
  prepare: () => () => emptyAnswer,
  execute: () => emptyAnswer,
};

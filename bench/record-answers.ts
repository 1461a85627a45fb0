import { OperationCache, type ReadyOperation } from '@tiffin/gateway/operation-cache';
import { loadExecutors } from '@tiffin/gateway/testing/executors';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { StartGateway } from '@tiffin/lib/service/gateway';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import type { Topology, TopologyComponent } from '@tiffin/lib/topology/topology';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { startPlatform } from '@tiffin/tests/start-platform';
import { topology } from '../tiffin.ts';
import type { BenchCase } from './bench-case.ts';
import { Recording } from './replayed-subgraph.ts';

export type ExecutorKind = 'apollo' | 'compiled';

export const executorKinds: readonly ExecutorKind[] = ['apollo', 'compiled'];

/** What the subgraphs answer to an operation, and what becomes of it. */
export interface RecordedCase extends BenchCase {
  readonly recordings: Readonly<Record<ExecutorKind, Recording>>;
}

/** Runs each operation once under both executors on the whole platform with its demo data, as its customer. */
export async function recordAnswers(cases: readonly BenchCase[]): Promise<RecordedCase[]> {
  const links = Promise.withResolvers<(name: string) => Subgraph>();
  await using platform = await startPlatform({}, withGateway(links.resolve));
  const subgraphOf = await links.promise;
  const token = await platform.logIn('customer');
  const { data } = await platform.query('{ me { id } }', { token });
  const call = callBy(userWith(data.me.id, 'CUSTOMER'));

  const apollo = await recordUnder('apollo', cases, subgraphOf, call);
  const compiled = await recordUnder('compiled', cases, subgraphOf, call);
  return cases.map((benchCase) => ({
    ...benchCase,
    recordings: { apollo: recordingOf(apollo, benchCase), compiled: recordingOf(compiled, benchCase) },
  }));
}

type Recordings = ReadonlyMap<BenchCase, Recording>;

function recordingOf(recordings: Recordings, benchCase: BenchCase): Recording {
  return recordings.get(benchCase) ?? new Recording();
}

async function recordUnder(
  kind: ExecutorKind,
  cases: readonly BenchCase[],
  subgraphOf: (name: string) => Subgraph,
  call: CallContext,
): Promise<Recordings> {
  let current = new Recording();
  const recorded = (name: string): Subgraph => {
    const ask: Subgraph['execute'] = (...request) => current.record(subgraphOf(name), ...request);
    return {
      name,
      execute: ask,
      prepare:
        (operation) =>
        (variables, ...rest) =>
          ask({ ...operation, variables }, ...rest),
    };
  };
  const executors = await loadExecutors(supergraphSdl(), recorded);
  try {
    const operations = new OperationCache(executors[kind]);
    const recordings = new Map<BenchCase, Recording>();
    for (const benchCase of cases) {
      current = new Recording();
      recordings.set(benchCase, current);
      const { prepared } = await lookUp(operations, benchCase);
      const { errors } = await prepared.run({}, call, new OperationScope());
      if (errors) throw new Error(`${benchCase.name} has errors: ${errors}`);
    }
    return recordings;
  } finally {
    await executors.stop();
  }
}

/** @throws where the operation is refused. */
export async function lookUp(operations: OperationCache, { name, text }: BenchCase): Promise<ReadyOperation> {
  const found = await operations.get(text);
  if ('errors' in found) throw new Error(`${name} was refused: ${found.errors}`);
  return found;
}

/** The platform, and its gateway's way to the subgraphs for us too. */
export function withGateway(
  onSubgraphs: (subgraphOf: (name: string) => Subgraph) => void,
  parts: Topology = topology,
): Topology {
  const gateway = parts['gateway'];
  if (gateway?.kind !== 'gateway') throw new Error('The topology has no gateway.');
  const start: StartGateway = (platform) => {
    onSubgraphs(platform.subgraph);
    return gateway.start(platform);
  };
  const watched: TopologyComponent = { ...gateway, start };
  return { ...parts, gateway: watched };
}

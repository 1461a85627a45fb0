import { createApolloPlanner } from '@tiffin/gateway/executor/apollo-planner';
import type { Data } from '@tiffin/gateway/executor/data';
import { ResponseShaper } from '@tiffin/gateway/executor/response-shaper';
import { Run } from '@tiffin/gateway/executor/run';
import { TypeRelations } from '@tiffin/gateway/executor/type-relations';
import { OperationCache } from '@tiffin/gateway/operation-cache';
import { loadExecutors } from '@tiffin/gateway/testing/executors';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { callBy } from '@tiffin/lib/testing/call-by';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { buildASTSchema, parse } from 'graphql';
import { type BenchOptions, requestsPerRound, warmUpRounds } from './bench-options.ts';
import { collectGarbage, cpuMicroseconds, type Spread, spreadOf } from './cpu-time.ts';
import { measureFetchOverhead } from './measure-fetch-overhead.ts';
import { lookUp, type RecordedCase } from './record-answers.ts';
import { type FetchReplay, type FetchTarget, fetchReplays } from './replay-fetches.ts';
import { replayedSubgraph } from './replayed-subgraph.ts';

/** CPU of the compiled executor's parts on one operation, in µs per request. */
export interface Parts {
  readonly name: string;
  readonly fetches: number;
  readonly lookup: Spread;
  /** A run without any fetch. */
  readonly emptyRun: Spread;
  readonly perFetch: Spread;
  readonly representations: Spread;
  readonly merge: Spread;
  readonly shape: Spread;
  readonly stringify: Spread;
}

const call = callBy();

const dataParts = ['representations', 'merge', 'shape', 'stringify'] as const;
type DataPart = (typeof dataParts)[number];

/** Long enough to be measured, and short enough that a part finds in the processor's cache what the one before it left. */
const requestsPerBatch = 10;

/** Measures each part by its own function on the operation's real data, a batch of requests at a time. */
export async function measureParts(recordedCase: RecordedCase, options: BenchOptions): Promise<Parts> {
  const sdl = supergraphSdl();
  const recording = recordedCase.recordings.compiled;
  const { compiled, stop } = await loadExecutors(sdl, (name) =>
    replayedSubgraph(name, [recording], 'before'),
  );
  try {
    const operations = new OperationCache(compiled);
    const { document, node } = await lookUp(operations, recordedCase);
    const operation = { text: recordedCase.text, document, node };
    const plan = await createApolloPlanner(sdl).plan(operation);
    const replays = fetchReplays(plan, new TypeRelations(buildASTSchema(parse(sdl), { assumeValid: true })));
    const { schema } = compiled;
    const onSurprise = () => {
      throw new Error('The data of this operation surprises the compiled shaper.');
    };
    const shaper = new ResponseShaper({ schema, types: new TypeRelations(schema), operation, onSurprise });

    const costs: Record<'lookup' | DataPart, number[]> = {
      lookup: [],
      representations: [],
      merge: [],
      shape: [],
      stringify: [],
    };
    const requests = requestsPerRound(recordedCase, options);
    for (let round = -warmUpRounds; round < options.rounds; round++) {
      const lookup = await costOfLookup(operations, recordedCase, requests);
      const worked = await costOfData(replays, recordedCase, shaper, requests);
      if (round < 0) continue;
      costs.lookup.push(lookup);
      for (const part of dataParts) costs[part].push(worked[part]);
    }
    return {
      name: recordedCase.name,
      fetches: replays.length,
      ...(await measureFetchOverhead(options.rounds)),
      lookup: spreadOf(costs.lookup),
      representations: spreadOf(costs.representations),
      merge: spreadOf(costs.merge),
      shape: spreadOf(costs.shape),
      stringify: spreadOf(costs.stringify),
    };
  } finally {
    await stop();
  }
}

async function costOfLookup(
  operations: OperationCache,
  { text }: RecordedCase,
  requests: number,
): Promise<number> {
  // The text of each request comes off the wire: its hash is not known yet.
  const texts = Array.from({ length: requests }, () => Buffer.from(text).toString());
  await collectGarbage();
  const cost = await cpuMicroseconds(async () => {
    for (const fresh of texts) await operations.get(fresh);
  });
  return cost / requests;
}

/** What each part takes of a batch of requests, added up over all batches. */
async function costOfData(
  replays: readonly FetchReplay[],
  { recordings }: RecordedCase,
  shaper: ResponseShaper,
  requests: number,
): Promise<Record<DataPart, number>> {
  const answers = replays.map(({ subgraph, query }) => recordings.compiled.answerTo(subgraph, query));
  const batches = Array.from({ length: Math.ceil(requests / requestsPerBatch) }, () =>
    Array.from({ length: requestsPerBatch }, () => ({
      run: new Run({}, new Map(), call, new OperationScope()),
      brought: answers.map((answer): Data => JSON.parse(answer).data),
    })),
  );
  await collectGarbage();
  const costs = { representations: 0, merge: 0, shape: 0, stringify: 0 };
  const measure = async (part: DataPart, work: () => void) => {
    costs[part] += (await cpuMicroseconds(work)) / (batches.length * requestsPerBatch);
  };
  for (const batch of batches) {
    for (const [index, replay] of replays.entries()) {
      let targets: FetchTarget[] = [];
      await measure('representations', () => {
        targets = batch.map(({ run }) => replay.represent(run.data));
      });
      await measure('merge', () => {
        for (const [request, target] of targets.entries()) {
          replay.merge(target, batch[request]?.brought[index] ?? {});
        }
      });
    }
    let responses: unknown[] = [];
    await measure('shape', () => {
      responses = batch.map(({ run }) => ({ data: shaper.shape(run) }));
    });
    await measure('stringify', () => {
      for (const response of responses) JSON.stringify(response);
    });
  }
  return costs;
}

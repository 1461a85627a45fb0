import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PreparedOperation } from '@tiffin/gateway/executor';
import { OperationCache } from '@tiffin/gateway/operation-cache';
import { loadExecutors } from '@tiffin/gateway/testing/executors';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { callBy } from '@tiffin/lib/testing/call-by';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { type BenchOptions, requestsPerRound, warmUpRounds } from './bench-options.ts';
import { collectGarbage, cpuMicroseconds, type Spread, spreadOf } from './cpu-time.ts';
import { type ExecutorKind, executorKinds, lookUp, type RecordedCase } from './record-answers.ts';
import { type Parsing, type Recording, replayedSubgraph } from './replayed-subgraph.ts';

/** What a request's figure holds. */
export type Measure = 'run' | 'run + stringify' | 'parse + run + stringify';

export const measures: readonly Measure[] = ['run', 'run + stringify', 'parse + run + stringify'];

/** CPU of one operation under both executors, in µs per request. */
export interface Comparison {
  readonly name: string;
  /** Of what both answered: they were equal. */
  readonly responseHash: Readonly<Record<ExecutorKind, string>>;
  readonly responseBytes: number;
  readonly fetches: number;
  readonly requestsPerRound: number;
  readonly measured: Readonly<Record<Measure, Readonly<Record<ExecutorKind, Spread>> & { ratio: number }>>;
}

/** One executor, ready to run one operation. */
interface Contender {
  readonly kind: ExecutorKind;
  readonly prepared: PreparedOperation;
  readonly recording: Recording;
  readonly doesStringify: boolean;
  readonly parsing: Parsing;
  readonly costs: number[];
}

const call = callBy();

/** Runs each operation under both executors in turn, and compares what they took. @throws where they answer differently. */
export async function compareExecutors(
  cases: readonly RecordedCase[],
  options: BenchOptions,
): Promise<Comparison[]> {
  await using contest = await openContest(cases);
  const comparisons: Comparison[] = [];
  for (const recordedCase of cases) comparisons.push(await compare(recordedCase, contest, options));
  return comparisons;
}

type Contest = {
  readonly operations: Readonly<Record<Parsing, Readonly<Record<ExecutorKind, OperationCache>>>>;
} & AsyncDisposable;

/** Each executor with the answers that it got itself. */
async function openContest(cases: readonly RecordedCase[]): Promise<Contest> {
  const open = (kind: ExecutorKind, parsing: Parsing) => {
    const recordings = cases.map((recordedCase) => recordedCase.recordings[kind]);
    return loadExecutors(supergraphSdl(), (name) => replayedSubgraph(name, recordings, parsing));
  };
  const before = { apollo: await open('apollo', 'before'), compiled: await open('compiled', 'before') };
  const each = { apollo: await open('apollo', 'each'), compiled: await open('compiled', 'each') };
  const caches = ({ apollo, compiled }: typeof before) => ({
    apollo: new OperationCache(apollo.apollo),
    compiled: new OperationCache(compiled.compiled),
  });
  return {
    operations: { before: caches(before), each: caches(each) },
    async [Symbol.asyncDispose]() {
      for (const executors of [before, each]) {
        for (const kind of executorKinds) await executors[kind].stop();
      }
    },
  };
}

async function compare(
  recordedCase: RecordedCase,
  { operations }: Contest,
  options: BenchOptions,
): Promise<Comparison> {
  const { name, recordings } = recordedCase;
  const responses = await responsesTo(recordedCase, operations.each);
  const requests = requestsPerRound(recordedCase, options);
  const measured: Partial<Record<Measure, Comparison['measured'][Measure]>> = {};
  for (const measure of measures) {
    const parsing = measure.startsWith('parse') ? 'each' : 'before';
    const contenders: Contender[] = [];
    for (const kind of executorKinds) {
      const { prepared } = await lookUp(operations[parsing][kind], recordedCase);
      const doesStringify = measure !== 'run';
      contenders.push({ kind, prepared, recording: recordings[kind], doesStringify, parsing, costs: [] });
    }
    measured[measure] = await compete(contenders, requests, options.rounds);
  }
  return {
    name,
    responseHash: { apollo: hashOf(responses.apollo), compiled: hashOf(responses.compiled) },
    responseBytes: Buffer.byteLength(responses.compiled),
    fetches: recordings.compiled.fetches,
    requestsPerRound: requests,
    measured: measured as Comparison['measured'],
  };
}

/** What each executor answers. @throws where that is not the same. */
async function responsesTo(
  recordedCase: RecordedCase,
  operations: Readonly<Record<ExecutorKind, OperationCache>>,
): Promise<Readonly<Record<ExecutorKind, string>>> {
  const responseOf = async (kind: ExecutorKind) => {
    const { prepared } = await lookUp(operations[kind], recordedCase);
    return JSON.stringify(await prepared.run({}, call, new OperationScope()));
  };
  const apollo = await responseOf('apollo');
  const compiled = await responseOf('compiled');
  assert.equal(compiled, apollo, `${recordedCase.name}: the executors answer differently`);
  return { apollo, compiled };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Rounds take turns, so that whatever else the machine does meets both. */
async function compete(
  contenders: readonly Contender[],
  requests: number,
  rounds: number,
): Promise<Comparison['measured'][Measure]> {
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const contender of contenders) {
      makeReady(contender, requests);
      if (round >= 0) await collectGarbage();
      const cost = await costOfRound(contender, requests);
      if (round >= 0) contender.costs.push(cost);
    }
  }
  const costsOf = (wanted: ExecutorKind) => contenders.find(({ kind }) => kind === wanted)?.costs ?? [];
  const [apollo, compiled] = [spreadOf(costsOf('apollo')), spreadOf(costsOf('compiled'))];
  return { apollo, compiled, ratio: compiled.median / apollo.median };
}

function makeReady({ recording, parsing }: Contender, requests: number): void {
  recording.refill(parsing === 'before' ? requests : 0);
}

async function costOfRound({ prepared, doesStringify }: Contender, requests: number): Promise<number> {
  let length = 0;
  const total = await cpuMicroseconds(async () => {
    for (let request = 0; request < requests; request++) {
      const response = await prepared.run({}, call, new OperationScope());
      if (doesStringify) length += JSON.stringify(response).length;
    }
  });
  assert.ok(doesStringify ? length > 0 : length === 0);
  return total / requests;
}

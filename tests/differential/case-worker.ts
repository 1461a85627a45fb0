import { parentPort, workerData } from 'node:worker_threads';
import { describeFailure } from './describe-failure.ts';
import { createExecutorPair, type ExecutorPair } from './executor-pair.ts';
import { compareCase, runCases } from './run-cases.ts';
import { shrinkCase } from './shrink-case.ts';
import { allSupergraphs } from './supergraphs/all-supergraphs.ts';

/** Cases of one supergraph that a worker runs in one go. */
export interface CaseChunk {
  readonly supergraph: string;
  readonly runSeed: number;
  readonly from: number;
  readonly cases: number;
}

export interface ChunkReport {
  readonly cases: number;
  /** Ready to print; undefined where all cases agree. */
  readonly failure: string | undefined;
  readonly coverage: ReadonlyMap<string, number>;
}

/** Runs the chunk until its first failure, which it shrinks. */
export async function runChunk(pair: ExecutorPair, chunk: CaseChunk): Promise<ChunkReport> {
  const { cases, failures, coverage } = await runCases({ pair, ...chunk });
  const [failing] = failures;
  if (!failing) return { cases, failure: undefined, coverage };
  const smallest = await shrinkCase(failing, {
    schema: pair.schema,
    stillFails: async (smaller) => (await compareCase(pair, smaller)).differences.length > 0,
  });
  return { cases, failure: await describeFailure(pair, failing, smallest), coverage };
}

export async function createPair(supergraph: string): Promise<ExecutorPair> {
  const source = allSupergraphs.find(({ name }) => name === supergraph);
  if (!source) throw new Error(`There is no supergraph ${supergraph}.`);
  return createExecutorPair(source);
}

/** In a worker: runs the chunks that it is sent, and ends when it is sent none. */
function work(port: NonNullable<typeof parentPort>): void {
  const pairs = new Map<string, ExecutorPair>();
  port.on('message', async (chunk: CaseChunk | undefined) => {
    if (!chunk) {
      for (const pair of pairs.values()) await pair.stop();
      port.close();
      return;
    }
    const pair = pairs.get(chunk.supergraph) ?? (await createPair(chunk.supergraph));
    pairs.set(chunk.supergraph, pair);
    port.postMessage(await runChunk(pair, chunk));
  });
}

if (parentPort && workerData === 'differential cases') work(parentPort);

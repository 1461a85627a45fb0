import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CaseChunk, ChunkReport } from './case-worker.ts';
import { addCoverage, type Coverage } from './coverage.ts';
import { allSupergraphs } from './supergraphs/all-supergraphs.ts';

export interface RunAllOptions {
  readonly runSeed: number;
  /** Over all supergraphs together. */
  readonly cases: number;
  /** Default: as many as there are processors, but 4 at most. */
  readonly workers?: number;
}

export interface AllReport {
  readonly cases: number;
  readonly failures: readonly string[];
  readonly coverage: Coverage;
}

const CASES_PER_CHUNK = 50;

/** Spreads the cases evenly over the supergraphs, and these over threads: planning is what takes the time. */
export async function runAllSupergraphs(options: RunAllOptions): Promise<AllReport> {
  const { runSeed, cases, workers = Math.min(4, availableParallelism()) } = options;
  const chunks = chunksOf(runSeed, Math.ceil(cases / allSupergraphs.length));
  const failures: string[] = [];
  const coverage: Coverage = new Map();
  let ran = 0;
  const runWorker = async () => {
    const worker = new Worker(new URL('./case-worker.ts', import.meta.url), {
      workerData: 'differential cases',
    });
    try {
      for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
        worker.postMessage(chunk);
        const [report] = (await once(worker, 'message')) as [ChunkReport];
        ran += report.cases;
        addCoverage(coverage, report.coverage);
        if (report.failure) failures.push(report.failure);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, runWorker));
  return { cases: ran, failures, coverage };
}

/** All supergraphs side by side, so that a run that is cut short has seen some of each. */
function chunksOf(runSeed: number, casesEach: number): CaseChunk[] {
  const chunks: CaseChunk[] = [];
  for (let from = 0; from < casesEach; from += CASES_PER_CHUNK) {
    const cases = Math.min(CASES_PER_CHUNK, casesEach - from);
    for (const { name } of allSupergraphs) chunks.push({ supergraph: name, runSeed, from, cases });
  }
  return chunks;
}

import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { isErrorCode } from '@tiffin/lib/errors/detail-codec';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { playgroundOperations, signInOperation } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { isObjectType } from 'graphql';
import { createGraph, type Graph } from '../graph.ts';
import { createGraphQLHandler } from '../graphql-handler.ts';
import { KnownDocuments } from '../known-documents.ts';
import type { OperationCacheOptions } from '../operation-cache.ts';
import { type FuzzRequest, type FuzzSources, fuzzRequest } from './fuzz-request.ts';
import { createSchemaSubgraph } from './schema-subgraphs.ts';

/** What became of many requests. */
export interface FuzzReport {
  readonly requests: number;
  /** How they were answered: `data`, or the code of the first error. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The longest turn of the loop, in CPU time of its thread: for so long a request kept all others waiting. */
  readonly worstTurnMs: number;
  /** The request whose turn that was. */
  readonly worst: FuzzRequest | undefined;
  /** How late the loop came to its turn at most, whoever took the time. */
  readonly worstLoopDelayMs: number;
  /** Of the whole run. */
  readonly seconds: number;
}

export interface FuzzBed {
  /** Sends the requests `from` to `to` of a seed, one after the other. @throws where one is not answered in form. */
  run(seed: number, from: number, to: number): Promise<FuzzReport>;
  /** Sends one request: how it was answered, and the CPU time of the longest turn of the loop meanwhile. */
  ask(request: FuzzRequest): Promise<[outcome: string, turnMs: number]>;
  stop(): Promise<void>;
}

/** Above this a request is sent again, to tell its own time from a collection of garbage or a compilation of that moment. */
const suspiciousMs = 35;
const maxRepeats = 12;

/** The gateway's way from a request's parameters to its answer, on the platform's supergraph with a planner of its own. */
export async function startFuzzBed(limits: OperationCacheOptions = {}): Promise<FuzzBed> {
  const graph = await createGraph({
    source: { read: async () => supergraphSdl() },
    connect: ({ name }) => ({ subgraph: createSchemaSubgraph(name) }),
    kind: 'compiled',
    limits,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
  });
  const defects: unknown[] = [];
  const logger: Logger = Object.assign(Object.create(silentLogger), {
    error: (fields: { err?: unknown }) => defects.push(fields.err ?? fields),
  });
  const documents = new KnownDocuments();
  const handle = createGraphQLHandler({ errors: 'catalogue', documents, logger });
  const sources = sourcesOf(graph);

  async function answer(request: FuzzRequest): Promise<string> {
    using lease = graph.enter();
    const context = {
      call: callBy(),
      scope: new OperationScope(),
      graph: lease,
      onNewDocument: () => {},
      answer: {},
    };
    // As it comes out of the body.
    const body = JSON.parse(JSON.stringify(request)) as Record<string, unknown>;
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    try {
      const [text, { status }] = await handle({
        method: 'POST',
        url: '/graphql',
        headers,
        body,
        raw: {},
        context,
      });
      return outcomeOf(text, status);
    } catch (thrown) {
      // What the server answers with an error's own status.
      if (thrown instanceof AppError && thrown.code !== 'INTERNAL') return thrown.code;
      throw thrown;
    }
  }

  async function ask(request: FuzzRequest): Promise<[outcome: string, turnMs: number]> {
    const turns = watchTurns();
    const outcome = await answer(request).finally(turns.end);
    return [outcome, turns.longestMs()];
  }

  async function run(seed: number, from: number, to: number): Promise<FuzzReport> {
    const outcomes: Record<string, number> = {};
    const delay = monitorEventLoopDelay({ resolution: 10 });
    const beganMs = performance.now();
    let worst: FuzzRequest | undefined;
    let worstTurnMs = 0;
    delay.enable();
    for (let n = from; n < to; n++) {
      const request = fuzzRequest(n, seed, sources);
      let outcome: string;
      let turnMs: number;
      try {
        [outcome, turnMs] = await ask(request);
        for (let again = 0; turnMs > suspiciousMs && again < maxRepeats; again++)
          turnMs = Math.min(turnMs, (await ask(asNew(request, again)))[1]);
      } catch (cause) {
        throw new Error(`Request ${n} of seed ${seed}: ${JSON.stringify(request).slice(0, 2_000)}`, {
          cause,
        });
      }
      if (defects.length > 0) {
        throw new Error(`Request ${n} of seed ${seed}: ${JSON.stringify(request).slice(0, 2_000)}`, {
          cause: defects[0],
        });
      }
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (turnMs <= worstTurnMs) continue;
      worstTurnMs = turnMs;
      worst = request;
    }
    delay.disable();
    const seconds = (performance.now() - beganMs) / 1_000;
    return { requests: to - from, outcomes, worstTurnMs, worst, worstLoopDelayMs: delay.max / 1e6, seconds };
  }

  const bed = { run, ask, stop: () => graph.stop() };
  // What V8 has not compiled yet says nothing of a document.
  await bed.run(0, 0, 300);
  return bed;
}

/** Watches the turns of the loop until its end. CPU time, so that what else the machine does is no part of it. */
function watchTurns() {
  let beganMs = threadCpuMs();
  let longestMs = 0;
  const endTurn = () => {
    const nowMs = threadCpuMs();
    longestMs = Math.max(longestMs, nowMs - beganMs);
    beganMs = nowMs;
  };
  const onTurn = () => {
    endTurn();
    next = setImmediate(onTurn);
  };
  let next = setImmediate(onTurn);
  return {
    longestMs: () => longestMs,
    end() {
      clearImmediate(next);
      endTurn();
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The same document to everybody but the cache. */
const asNew = ({ query, ...rest }: FuzzRequest, again: number): FuzzRequest =>
  typeof query === 'string' ? { ...rest, query: `${query}${' '.repeat(again + 1)}` } : { ...rest, query };

/** What GraphQL over HTTP allows: data, or errors that say something and have a code that we know. */
function outcomeOf(text: string | null, status: number): string {
  assert.ok(text !== null && status >= 200 && status < 500, `${status} ${text}`);
  const { data, errors } = JSON.parse(text) as Record<string, unknown>;
  if (errors === undefined) {
    assert.equal(typeof data, 'object');
    return 'data';
  }
  assert.ok(Array.isArray(errors) && errors.length > 0);
  for (const { message, extensions } of errors) {
    assert.ok(typeof message === 'string' && message.length > 0);
    assert.ok(isErrorCode(extensions?.code), `the code ${extensions?.code}`);
    assert.notEqual(extensions.code, 'INTERNAL');
  }
  return errors[0].extensions.limit ?? errors[0].extensions.code;
}

function sourcesOf(graph: Graph): FuzzSources {
  using lease = graph.enter();
  const types = Object.values(lease.schema.getTypeMap());
  const names = types.flatMap((type) => [
    type.name,
    ...(isObjectType(type) ? Object.keys(type.getFields()) : []),
  ]);
  return {
    texts: [signInOperation, ...playgroundOperations().map(({ text }) => text)],
    names: ['Query', ...new Set(names)],
  };
}

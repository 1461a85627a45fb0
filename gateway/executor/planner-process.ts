import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { QueryPlan } from '@apollo/query-planner';
import type { Clock, Timer } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { timedOut, within } from '@tiffin/lib/lifecycle/within';
import type { CounterMetric, HistogramMetric, Metrics } from '@tiffin/lib/telemetry/metrics';
import { GraphQLError } from 'graphql';
import type { Operation } from '../executor.ts';
import { type Planner, type PlannerLimits, planningTooCostly } from './planner.ts';
import type { PlannerAnswer, PlannerSettings, PlanRequest } from './planner-worker.ts';

export interface PlannerProcessOptions extends PlannerLimits {
  readonly supergraphSdl: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** For one operation, from when its planning begins. Default 2,000. */
  readonly maxPlanningMs?: number;
  /** Operations that wait for their turn; a further one is refused. Default 1,000. */
  readonly maxQueuedPlans?: number;
  /** What the planner may remember. Default 512. */
  readonly maxHeapMiB?: number;
  /** For a planner to get ready. Default 30,000. */
  readonly maxStartMs?: number;
  /** A planner with nothing to plan for so long ends; the next operation waits for a fresh one. Default 60,000. */
  readonly maxIdleMs?: number;
}

/** A planner that has loaded its supergraph. */
export interface StartedPlanner extends Planner {
  /** What clients see of the supergraph, as SDL. */
  readonly apiSchemaSdl: string;
}

type Ready = Extract<PlannerAnswer, { kind: 'ready' }>;
type RefusalReason = 'time' | 'memory' | 'complexity' | 'queue';

interface Job extends PromiseWithResolvers<QueryPlan> {
  readonly request: PlanRequest;
}

/** When to ask again where the planner is full or gone: in this time it plans many operations, or starts anew. */
const retryAfterMs = 1_000;

/**
 * Plans beside the gateway, one operation after the other, so that none stalls the gateway or takes its memory. An
 * operation that takes too much is refused and its planner ended; the others go on with a fresh one. That is a process
 * and no worker thread: a thread's heap that overflows at an unlucky moment makes V8 abort the process around it.
 *
 * It is also the only one that loads Apollo's libraries and what they make of the supergraph, 116 MB with the process:
 * so it tells the gateway what clients see, and ends when there is nothing to plan. Who asks for a plan after that waits
 * for a fresh one, which takes half a second to a second of CPU.
 *
 * A client that gives up does not stop the planning: others may wait for the same plan.
 * @throws where Apollo does not take the supergraph.
 */
export async function createPlannerProcess(options: PlannerProcessOptions): Promise<StartedPlanner> {
  const planner = new PlannerProcess(options);
  const apiSchemaSdl = await planner.start();
  return {
    apiSchemaSdl,
    plan: (operation) => planner.plan(operation),
    stop: () => planner.stop(),
  };
}

class PlannerProcess implements Planner {
  readonly #clock: Clock;
  readonly #maxPlanningMs: number;
  readonly #maxQueuedPlans: number;
  readonly #maxIdleMs: number;
  readonly #startWorker: (isFirst?: boolean) => PlannerWorker;
  readonly #durations: HistogramMetric<never>;
  readonly #refusals: CounterMetric<'reason'>;
  readonly #queue: Job[] = [];
  #worker: PlannerWorker | undefined;
  /** Settles when all former workers have ended. */
  #replaced: Promise<unknown> | undefined;
  #idle: Timer | undefined;
  #working = false;
  #stopped = false;

  constructor({
    supergraphSdl,
    clock,
    metrics,
    maxPlanningMs = 2_000,
    maxQueuedPlans = 1_000,
    maxHeapMiB = 512,
    maxStartMs = 30_000,
    maxIdleMs = 60_000,
    ...limits
  }: PlannerProcessOptions) {
    this.#clock = clock;
    this.#maxPlanningMs = maxPlanningMs;
    this.#maxQueuedPlans = maxQueuedPlans;
    this.#maxIdleMs = maxIdleMs;
    this.#startWorker = (isFirst = false) =>
      new PlannerWorker({ supergraphSdl, limits, isFirst }, maxHeapMiB, maxStartMs, clock);
    this.#durations = metrics.histogram({
      name: 'tiffin_plan_duration_seconds',
      help: 'Time to plan an operation, without the wait for its turn.',
    });
    this.#refusals = metrics.counter({
      name: 'tiffin_plans_refused_total',
      help: 'Operations that were not planned: beyond the bounds of time, memory or complexity, or the queue was full.',
      labelNames: ['reason'],
    });
  }

  /** @returns what clients see of the supergraph. */
  async start(): Promise<string> {
    this.#worker = this.#startWorker(true);
    try {
      const { apiSchemaSdl } = await this.#worker.ready;
      if (apiSchemaSdl === undefined) throw new Error('The planner did not say what clients see.');
      this.#rest();
      return apiSchemaSdl;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async plan({ text, node }: Operation): Promise<QueryPlan> {
    if (this.#queue.length >= this.#maxQueuedPlans) throw this.#refused('queue', unavailable());
    const request = { text, operationName: node.name?.value };
    const job = { request, ...Promise.withResolvers<QueryPlan>() };
    this.#queue.push(job);
    if (!this.#working) this.#workOff();
    return job.promise;
  }

  async stop(): Promise<void> {
    // What waits is refused as its turn comes, which is at once.
    this.#stopped = true;
    this.#idle?.cancel();
    await Promise.all([this.#replaced, this.#worker?.end()]);
  }

  async #workOff(): Promise<void> {
    this.#working = true;
    this.#idle?.cancel();
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
      await this.#planNext(job.request).then(job.resolve, job.reject);
    }
    this.#working = false;
    if (!this.#stopped) this.#rest();
  }

  #rest(): void {
    this.#idle = this.#clock.setTimer(this.#maxIdleMs, () => {
      const worker = this.#worker;
      this.#worker = undefined;
      if (worker) this.#end(worker);
    });
  }

  async #planNext(request: PlanRequest): Promise<QueryPlan> {
    const worker = await this.#readyWorker();
    const beganMs = this.#clock.now();
    try {
      const answer = await this.#inTime(worker.plan(request));
      if (answer !== timedOut) return planOf(answer);
    } catch (error) {
      if (this.#stopped) throw unavailable();
      if (error instanceof WorkerEnded) this.#replaceWorker(worker);
      if (error instanceof WorkerEnded && !error.outOfMemory) throw unavailable(error);
      if (error instanceof WorkerEnded)
        throw this.#refused('memory', planningTooCostly('Planning this operation took too much memory.'));
      if (isRefusal(error)) throw this.#refused('complexity', error);
      throw error;
    } finally {
      this.#durations.observe({}, (this.#clock.now() - beganMs) / 1_000);
    }
    this.#replaceWorker(worker);
    const sentence = `Planning this operation took longer than ${this.#maxPlanningMs} ms.`;
    throw this.#refused('time', planningTooCostly(sentence));
  }

  /** A gateway that was busy itself may see the timer before the answer that has long been there: it looks once more. */
  async #inTime(answer: Promise<PlannerAnswer>): Promise<PlannerAnswer | typeof timedOut> {
    const inTime = await within(this.#clock, this.#maxPlanningMs, answer);
    if (inTime !== timedOut) return inTime;
    return Promise.race([answer, new Promise<typeof timedOut>((resolve) => setImmediate(resolve, timedOut))]);
  }

  async #readyWorker(): Promise<PlannerWorker> {
    if (this.#stopped) throw unavailable();
    if (!this.#worker || this.#worker.hasEnded) this.#worker = this.#startWorker();
    try {
      await this.#worker.ready;
      return this.#worker;
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** The fresh one starts at once, so that the next operation need not wait for all of it. */
  #replaceWorker(worker: PlannerWorker): void {
    this.#end(worker);
    if (!this.#stopped) this.#worker = this.#startWorker();
  }

  #end(worker: PlannerWorker): void {
    this.#replaced = Promise.all([this.#replaced, worker.end()]);
  }

  #refused<Refusal extends Error>(reason: RefusalReason, refusal: Refusal): Refusal {
    this.#refusals.inc({ reason });
    return refusal;
  }
}

/** Why a planner gives no answer any more. */
class WorkerEnded extends Error {
  /** V8 aborts where a heap is full; where something is in between, that may arrive as the exit code 134. */
  readonly outOfMemory: boolean;

  constructor(exitCode: number | null, signal: string | null) {
    super(`The planner ended (${signal ?? `exit code ${exitCode}`}).`);
    this.outOfMemory = signal === 'SIGABRT' || signal === 'SIGTRAP' || exitCode === 134;
  }
}

/** One process that plans, seen from its owner. It keeps the owner's process alive only while it is at work. */
class PlannerWorker {
  /** Rejects where it ended before. */
  readonly ready: Promise<Ready>;
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;
  #expected: PromiseWithResolvers<PlannerAnswer> | undefined;
  hasEnded = false;

  constructor(settings: PlannerSettings, maxHeapMiB: number, maxStartMs: number, clock: Clock) {
    this.#process = fork(fileURLToPath(new URL('./planner-worker.ts', import.meta.url)), {
      // Nothing of ours but the supergraph: no secrets of the environment, no hooks of the command line.
      env: {},
      // By default V8 gives new objects up to 67 MB before it looks which of them are garbage. Mean operations took
      // 272 MB so, with 2 MB of it 163, and no more CPU; a planner that has just started takes 116 MB for 128.
      execArgv: [`--max-old-space-size=${maxHeapMiB}`, '--max-semi-space-size=2'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((_resolve, reject) => {
      this.#process.once('exit', (code, signal) => reject(new WorkerEnded(code, signal)));
      this.#process.on('error', (error) => {
        this.#process.kill('SIGKILL');
        reject(error);
      });
    });
    this.#ended.catch((reason: unknown) => {
      this.hasEnded = true;
      this.#expected?.reject(reason);
    });
    this.#process.on('message', (answer) => this.#expected?.resolve(answer as PlannerAnswer));
    this.ready = this.#start(settings, maxStartMs, clock);
    this.ready.catch(() => this.end());
  }

  plan(request: PlanRequest): Promise<PlannerAnswer> {
    return this.#ask(request);
  }

  async end(): Promise<void> {
    this.#process.ref();
    this.#process.kill('SIGKILL');
    await this.#ended.catch(() => {});
  }

  async #start(settings: PlannerSettings, maxStartMs: number, clock: Clock): Promise<Ready> {
    const answer = await within(clock, maxStartMs, this.#ask(settings));
    if (answer === timedOut) throw new Error(`The planner was not ready after ${maxStartMs} ms.`);
    if (answer.kind === 'failed') throw answer.error;
    if (answer.kind !== 'ready') throw new Error('The planner did not say that it is ready.');
    return answer;
  }

  async #ask(message: PlannerSettings | PlanRequest): Promise<PlannerAnswer> {
    if (this.hasEnded) return this.#ended;
    this.#process.ref();
    this.#process.channel?.ref();
    // Not a race with the end: that promise would remember everybody who ever asked.
    this.#expected = Promise.withResolvers();
    // What cannot be sent any more is told by the end of the process.
    this.#process.send(message, () => {});
    try {
      return await this.#expected.promise;
    } finally {
      this.#process.unref();
      this.#process.channel?.unref();
    }
  }
}

function planOf(answer: PlannerAnswer): QueryPlan {
  if (answer.kind === 'plan') return answer.plan;
  if (answer.kind === 'refused')
    throw new GraphQLError(answer.message, { extensions: { code: answer.code } });
  throw answer.kind === 'failed' ? answer.error : new Error('The planner gave no plan.');
}

const isRefusal = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && error.extensions['code'] === 'MALFORMED_REQUEST';

const unavailable = (cause?: unknown) => new AppError('UNAVAILABLE', { retryAfterMs }, { cause });

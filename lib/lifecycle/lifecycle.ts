import { type Clock, sleep } from '../clock/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { timedOut, within } from './within.ts';

/** A started component: how it ends, and how the lifecycle learns that it died by itself. */
export interface Running {
  stop(): Promise<unknown>;
  /** Settles, either way, when the component can no longer work. */
  readonly failed?: Promise<unknown>;
}

export interface Component {
  readonly name: string;
  /** `signal` aborts when the process shall stop before the start is through. Nothing to stop: resolve to undefined. */
  start(signal: AbortSignal): Promise<Running | undefined>;
}

/** The part of `process` that a lifecycle uses. */
export interface ProcessEvents {
  on(event: ProcessEvent, listener: (cause: unknown) => void): unknown;
  off(event: ProcessEvent, listener: (cause: unknown) => void): unknown;
  exit(code: number): void;
}

export type ProcessEvent = 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'unhandledRejection';

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: this process. */
  readonly processEvents?: ProcessEvents;
  /** Between "not ready" and the first stop, so that load balancers look away. Default 1,000. */
  readonly drainMs?: number;
  /** From the reason to stop until the exit, the drain included. Default 5,500. */
  readonly stopTimeoutMs?: number;
  /** For each component. Default 120,000. */
  readonly startTimeoutMs?: number;
}

/** Why a start failed, in one sentence; the error behind it is the cause. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** One key press reaches us up to three times: from the terminal, from npm and from scripts/run.mjs. */
const SAME_SIGNAL_MS = 500;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Starts components in order and stops them in reverse. SIGTERM and SIGINT drain, a second one exits at once. When a
 * component dies, or an error is caught nowhere, all stop and the exit code is 1. Drain and hard limit are go-zero's.
 */
export class Lifecycle {
  readonly #options: Required<LifecycleOptions>;
  readonly #abort = new AbortController();
  /** Rejects when the process shall stop. */
  readonly #told = rejectOnAbort(this.#abort.signal);
  /** In order of their start; one that is still starting is in it. */
  readonly #started: { name: string; stop(): Promise<unknown> }[] = [];
  readonly #listeners: [ProcessEvent, (cause: unknown) => void][];
  #keepAlive: NodeJS.Timeout | undefined;
  #ready = false;
  #stopping: Promise<void> | undefined;
  #exitCode = 0;
  #firstSignalMs: number | undefined;
  #fatalLogged = false;

  constructor(options: LifecycleOptions) {
    const processEvents: ProcessEvents = process as ProcessEvents;
    this.#options = {
      processEvents,
      drainMs: 1_000,
      stopTimeoutMs: 5_500,
      startTimeoutMs: 120_000,
      ...options,
    };
    this.#listeners = [
      ['SIGTERM', () => this.#onSignal('SIGTERM', 143)],
      ['SIGINT', () => this.#onSignal('SIGINT', 130)],
      ['uncaughtException', (cause) => this.#onFatal('uncaughtException', cause)],
      ['unhandledRejection', (cause) => this.#onFatal('unhandledRejection', cause)],
    ];
  }

  /** Whether the process takes traffic: true from the end of `start` until the first reason to stop. */
  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Resolves when all components run. Throws a StartError, after it has stopped those that ran; the caller says so
   * and exits.
   */
  async start(components: readonly Component[]): Promise<void> {
    for (const [event, listener] of this.#listeners) this.#options.processEvents.on(event, listener);
    // Timers of the clock do not hold the process, and it must not end by itself while a stop or start hangs.
    this.#keepAlive = setInterval(() => {}, MAX_TIMER_MS);
    for (const component of components) {
      try {
        await this.#startOne(component);
      } catch (error) {
        await (this.#stopping ?? this.#stopStarted(this.#options.stopTimeoutMs));
        this.#release();
        throw startError(component.name, error);
      }
    }
    this.#ready = !this.#stopping;
  }

  /** Stops everything, then exits: with `exitCode`, or with 1 when something hangs. A further call joins the first. */
  stop(reason: string, exitCode = 0): Promise<void> {
    this.#exitCode = Math.max(this.#exitCode, exitCode);
    this.#stopping ??= this.#drainAndStop(reason);
    return this.#stopping;
  }

  async #startOne(component: Component): Promise<void> {
    const { clock, startTimeoutMs } = this.#options;
    if (this.#abort.signal.aborted) await this.#told;
    const start = component.start(this.#abort.signal);
    this.#started.push({ name: component.name, stop: () => stopOnceStarted(start) });
    const running = await within(clock, startTimeoutMs, Promise.race([start, this.#told]));
    if (running === timedOut) throw new Error(`it was not ready within ${startTimeoutMs / 1_000} s.`);
    const onDeath = (cause: unknown) => this.#onDeath(component.name, cause);
    running?.failed?.then(onDeath, onDeath);
  }

  async #drainAndStop(reason: string): Promise<void> {
    const { clock, logger, drainMs, stopTimeoutMs, processEvents } = this.#options;
    const deadlineMs = clock.now() + stopTimeoutMs;
    const wasReady = this.#ready;
    this.#ready = false;
    this.#abort.abort();
    logger.info({ reason }, 'stopping');
    if (wasReady) await sleep(clock, Math.min(drainMs, stopTimeoutMs));
    const left = await this.#stopStarted(deadlineMs - clock.now());
    if (left.length > 0) this.#exitCode = Math.max(this.#exitCode, 1);
    logger.info({ exitCode: this.#exitCode }, 'stopped');
    this.#release();
    processEvents.exit(this.#exitCode);
  }

  /** Stops in reverse order. Resolves to the names that are left when the time is over: the last of them hangs. */
  async #stopStarted(timeoutMs: number): Promise<string[]> {
    const { clock, logger } = this.#options;
    this.#abort.abort();
    const stopAll = async () => {
      for (let last = this.#started.at(-1); last; last = this.#started.at(-1)) {
        await last.stop().catch((error: unknown) => {
          this.#exitCode = 1;
          logger.error({ component: last?.name, err: error }, 'component failed to stop');
        });
        this.#started.pop();
      }
    };
    if ((await within(clock, timeoutMs, stopAll())) !== timedOut) return [];
    const left = this.#started.map(({ name }) => name);
    logger.fatal(
      { hangs: left.at(-1), notStopped: left.slice(0, -1) },
      `${left.at(-1)} did not stop in time`,
    );
    return left;
  }

  #onSignal(signal: string, exitCode: number): void {
    const nowMs = this.#options.clock.now();
    if (this.#firstSignalMs === undefined) {
      this.#firstSignalMs = nowMs;
      void this.stop(signal);
    } else if (nowMs - this.#firstSignalMs >= SAME_SIGNAL_MS) {
      this.#options.logger.warn({ signal }, 'second signal: exiting at once');
      this.#release();
      this.#options.processEvents.exit(exitCode);
    }
  }

  #onDeath(component: string, cause: unknown): void {
    if (this.#stopping) return;
    this.#options.logger.error({ component, err: cause }, 'component died');
    void this.stop(`${component} died`, 1);
  }

  #onFatal(kind: 'uncaughtException' | 'unhandledRejection', cause: unknown): void {
    const counter = {
      name: 'tiffin_fatal_errors_total',
      help: 'Errors that nothing caught.',
      labelNames: ['kind'] as const,
    };
    this.#options.metrics.counter(counter).inc({ kind });
    // One is enough to act on: what follows is mostly its echo.
    if (!this.#fatalLogged) this.#options.logger.fatal({ err: cause }, kind);
    this.#fatalLogged = true;
    void this.stop(kind, 1);
  }

  #release(): void {
    clearInterval(this.#keepAlive);
    for (const [event, listener] of this.#listeners) this.#options.processEvents.off(event, listener);
  }
}

/** A component may be told to stop while it starts: then its start ends first, and one that failed needs no stop. */
async function stopOnceStarted(start: Promise<Running | undefined>): Promise<void> {
  const running = await start.catch(() => undefined);
  await running?.stop();
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(new Error('the process was told to stop.')), { once: true });
  // Mostly nobody waits for it any more when it happens.
  promise.catch(() => {});
  return promise;
}

function startError(name: string, error: unknown): StartError {
  const why = error instanceof Error ? error.message : String(error);
  return new StartError(`${name} could not start: ${why}`, { cause: error });
}

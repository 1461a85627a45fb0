import { createHash, randomUUID } from 'node:crypto';
import { type Clock, sleep } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Identity } from '../identity/identity.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import type { MethodDefinition, RequestOf, ResponseOf } from '../rpc/service.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Effect } from './effect.ts';
import { createIdempotencyMetrics } from './idempotency-metrics.ts';
import { type Attempt, createIdempotencyTable, type Outcome } from './idempotency-table.ts';
import { decodeFailure, encodeFailure, isFinal } from './kept-failure.ts';
import { Twins } from './twins.ts';

/** How a use case runs under a key. */
export interface KeyedUse<Answer extends object, Response> {
  /** The use case. All that it writes, it writes in `effect`. */
  readonly execute: (effect: Effect<Answer>) => Promise<Answer>;
  readonly respond: (answer: Answer) => Response;
  /** Does again what follows the effect: the process may have died before it came to that. */
  readonly onReplay?: () => Promise<unknown>;
}

/** Makes attempts repeatable: whoever names an attempt by a key may send it again and gets what it came to first. */
export interface Idempotency {
  /**
   * Runs the use case unless the caller's key has an outcome, which is then the answer, failures too. Of calls at the
   * same time one runs, and the others wait for what it comes to. The key lasts 24 hours.
   * @throws AppError IDEMPOTENCY_MISMATCH where the key was used for something else, IN_PROGRESS where another call is
   *   at it for longer than this one can wait; and what the use case throws.
   */
  run<Method extends MethodDefinition, Answer extends object>(
    method: Method,
    request: RequestOf<Method> & { readonly idempotencyKey: string },
    context: CallContext,
    use: KeyedUse<Answer, ResponseOf<Method>>,
  ): Promise<ResponseOf<Method>>;
}

export interface IdempotencyOptions {
  /** Has the table of `idempotencyTableSql`. */
  readonly database: Database;
  readonly clock: Clock;
  /** A text that never comes twice. Default: a random UUID. */
  readonly newToken?: () => string;
  /** Where the outcomes of calls are counted. */
  readonly metrics: Metrics;
}

/** 24 hours are promised. The hour more is for processes whose clocks differ: none may take a kept key for expired. */
const lifetimeMs = 25 * 3_600_000;
/** The longest claim; a call's own is over with its deadline, after which it commits nothing. */
const maxClaimMs = 30_000;
/** The most that a call waits for a twin, and never more than half of what it has left. */
const maxWaitMs = 5_000;
/** Between looks at a claim of another process; the last one repeats. */
const pollDelaysMs = [25, 50, 100, 200] as const;
const retryAfterMs = 1_000;

/** Another call has taken the attempt over, so this one must not commit: it learns what the other comes to. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { database, clock, newToken = randomUUID } = options;
  const table = createIdempotencyTable(database);
  const twins = new Twins();
  const count = createIdempotencyMetrics(options.metrics);

  function inProgress({ operation }: Attempt): AppError<'IN_PROGRESS'> {
    count(operation, 'in_progress');
    return new AppError('IN_PROGRESS', { retryAfterMs });
  }

  /** The owner's part: runs the use case, and keeps what it comes to. Answers by the outcome, or throws. */
  async function own<Answer extends object>(
    attempt: Attempt,
    token: string,
    context: CallContext,
    use: KeyedUse<Answer, Buffer>,
    publish: (outcome: Outcome) => void,
  ): Promise<Outcome> {
    let kept: Outcome | undefined;
    const keep = async (outcome: Outcome, em?: Parameters<typeof table.keep>[3]) => {
      const expiresAtMs = clock.now() + lifetimeMs;
      if (!(await table.keep(attempt, token, { ...outcome, expiresAtMs }, em))) throw new ClaimLost();
    };
    /** A database that does not keep a failure must not hide it. */
    const keepWherePossible = async (failure: Outcome): Promise<boolean> => {
      try {
        await keep(failure);
        return true;
      } catch (error) {
        if (error instanceof ClaimLost) throw error;
        return false;
      }
    };
    const effect: Effect<Answer> = async (work) => {
      if (kept) throw new Error(`${attempt.operation} has had its effect already.`);
      let outcome: Outcome | undefined;
      const done = await database.transaction(async (em) => {
        const answer = await work(em);
        if (answer === undefined) return answer;
        outcome = { state: 'SUCCEEDED', result: use.respond(answer) };
        await keep(outcome, em);
        return answer;
      }, context);
      kept = outcome;
      if (outcome) publish(outcome);
      return done;
    };
    try {
      await use.execute(effect);
      // Whatever it wrote elsewhere would be written again by a repetition.
      if (!kept) throw new Error(`${attempt.operation} answered without its effect.`);
      return kept;
    } catch (thrown) {
      if (kept || thrown instanceof ClaimLost) throw thrown;
      const error = toAppError(thrown);
      if (isFinal(error)) {
        const failure: Outcome = { state: 'FAILED', result: encodeFailure(error) };
        if (await keepWherePossible(failure)) {
          publish(failure);
          throw thrown;
        }
      }
      // Where this fails too, the claim ends by itself.
      await table.release(attempt, token).catch(() => {});
      throw thrown;
    }
  }

  /** Until this process owns the attempt, or knows what it came to. */
  async function lead<Answer extends object>(
    attempt: Attempt,
    context: CallContext,
    use: KeyedUse<Answer, Buffer>,
    waitUntilMs: number,
    publish: (outcome: Outcome) => void,
  ): Promise<Outcome> {
    for (let look = 0; ; look++) {
      context.signal.throwIfAborted();
      const token = newToken();
      const nowMs = clock.now();
      const untilMs = Math.min(context.deadlineMs, nowMs + maxClaimMs);
      const found = await table.claim(attempt, { token, nowMs, untilMs, expiresAtMs: nowMs + lifetimeMs });
      if (found.kind === 'mismatch') {
        count(attempt.operation, 'mismatch');
        throw new AppError('IDEMPOTENCY_MISMATCH', {});
      }
      if (found.kind === 'finished') {
        count(attempt.operation, 'replayed');
        publish(found.outcome);
        if (found.outcome.state === 'SUCCEEDED') await use.onReplay?.();
        return found.outcome;
      }
      if (found.kind === 'claimed') {
        try {
          const outcome = await own(attempt, token, context, use, publish);
          count(attempt.operation, 'executed');
          return outcome;
        } catch (thrown) {
          const isLost = thrown instanceof ClaimLost;
          count(attempt.operation, isLost ? 'taken_over' : 'executed');
          if (!isLost) throw thrown;
          continue;
        }
      }
      const delayMs = pollDelaysMs[Math.min(look, pollDelaysMs.length - 1)] ?? 0;
      if (clock.now() + delayMs > waitUntilMs) throw inProgress(attempt);
      await sleep(clock, delayMs, context.signal);
    }
  }

  async function outcomeOf<Answer extends object>(
    attempt: Attempt,
    context: CallContext,
    use: KeyedUse<Answer, Buffer>,
  ): Promise<Outcome> {
    const waitUntilMs = clock.now() + Math.min(maxWaitMs, remainingMs(context, clock) / 2);
    for (;;) {
      const twin = twins.find(attempt);
      if (!twin) return twins.lead(attempt, (publish) => lead(attempt, context, use, waitUntilMs, publish));
      const outcome = await within(clock, Math.max(0, waitUntilMs - clock.now()), twin.outcome);
      if (outcome === timedOut) throw inProgress(attempt);
      if (!outcome || !isSame(attempt, twin.attempt)) continue;
      count(attempt.operation, 'replayed');
      return outcome;
    }
  }

  return {
    async run(method, request, context, { execute, respond, onReplay }) {
      const caller = callerOf(context.identity);
      if (caller === undefined) return respond(await execute(plainEffect(database, context)));
      const attempt: Attempt = {
        caller,
        key: request.idempotencyKey,
        operation: method.path,
        bodyHash: createHash('sha256')
          .update(method.requestSerialize({ ...request, idempotencyKey: '' }))
          .digest(),
      };
      const { state, result } = await outcomeOf(attempt, context, {
        execute,
        respond: (answer) => method.responseSerialize(respond(answer)),
        ...(onReplay && { onReplay }),
      });
      if (state === 'FAILED') throw decodeFailure(result);
      return method.responseDeserialize(Buffer.from(result)) as ResponseOf<typeof method>;
    },
  };
}

/** An effect that nothing is kept of: every call has its own. */
export function plainEffect(database: Database, context: CallContext): Effect<object> {
  return (work) => database.transaction(work, context);
}

/** Nobody has no keys. */
function callerOf(identity: Identity): string | undefined {
  if (identity.kind === 'anonymous') return undefined;
  return identity.kind === 'user' ? identity.userId : `service:${identity.name}`;
}

function isSame(one: Attempt, other: Attempt): boolean {
  return one.operation === other.operation && one.bodyHash.equals(other.bodyHash);
}

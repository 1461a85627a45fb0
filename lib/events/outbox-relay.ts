import { type Clock, sleep } from '../clock/clock.ts';
import { within } from '../lifecycle/within.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type DeadLetters, discardRows, redriveRows } from './dead-letter-rows.ts';
import type { EventBus, SendOutcome } from './event-bus.ts';
import { createOutboxMetrics } from './outbox-metrics.ts';
import {
  type ClaimedRow,
  claimRows,
  deleteRows,
  type OutboxDatabase,
  type Refusal,
  readOutboxState,
  refuseRows,
  releaseRows,
  renewRows,
} from './outbox-rows.ts';
import { createPauses } from './pauses.ts';
import { REDRIVE_WITHIN_MS } from './retention.ts';
import { shortReason } from './short-reason.ts';
import { createTopicPauses } from './topic-pauses.ts';

/** After which time an event that was refused is sent again; after the last, or a final refusal, it is a dead letter. */
export const RETRY_DELAYS_MS: readonly number[] = [2_000, 4_000, 10_000, 60_000, 180_000];

/** What one round did. */
export interface RelayRound {
  readonly claimed: number;
  readonly sent: number;
  readonly refused: number;
  readonly dead: number;
  readonly unavailable: number;
}

/** Sends what lies in one outbox. Several share the work: each takes other rows. */
export interface OutboxRelay {
  /** Sends until the signal aborts; then it ends the round under way, or leaves it to its lease. */
  run(signal: AbortSignal): Promise<void>;
  /** One batch, without the topics that were unavailable a moment ago. Throws what the database throws. */
  round(): Promise<RelayRound>;
  /** Says that there may be something to send. */
  wake(): void;
  /** Has dead letters whose event is not 30 days old sent again, with all their attempts before them. Resolves to how many. */
  redrive(letters?: DeadLetters): Promise<number>;
  /** Deletes dead letters for ever. Resolves to how many. */
  discard(letters: DeadLetters): Promise<number>;
}

export interface OutboxRelayOptions {
  readonly database: OutboxDatabase;
  readonly bus: Pick<EventBus, 'send'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** From 0 up to 1; spreads the pauses of relays whose broker or database is away. */
  readonly random?: () => number;
  /** Events of one round. Default 100. */
  readonly maxRows?: number;
  /** Default `RETRY_DELAYS_MS`. */
  readonly retryDelaysMs?: readonly number[];
  /** A row of a relay that died is taken by another after this long. Default 15,000 ms. */
  readonly leaseMs?: number;
}

const MAX_ROWS = 100;
/** How soon other processes' events are seen; those of this process wake the relay. */
const POLL_MS = 500;
/** A wake comes from inside of a transaction; it is given so long to commit. */
const COMMIT_MS = 15;
const LEASE_MS = 15_000;
/** How long `run` waits at its end for a batch on its way, so that its rows need not come twice. */
const STOP_MS = 3_000;
const STATE_EVERY_MS = 5_000;

export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { database, bus, clock, logger, random = Math.random, maxRows = MAX_ROWS } = options;
  const { retryDelaysMs = RETRY_DELAYS_MS, leaseMs = LEASE_MS } = options;
  const metrics = createOutboxMetrics(options.metrics, database.schema);
  const topicPauses = createTopicPauses(clock, random);
  let stateReadMs = Number.NEGATIVE_INFINITY;
  let awake = false;
  let rouse = () => {};

  function wake() {
    awake = true;
    rouse();
  }

  async function round(): Promise<RelayRound> {
    const nowMs = clock.now();
    const without = topicPauses.resting();
    const leaseEndMs = nowMs + leaseMs;
    const rows = await claimRows(database, { nowMs, leaseEndMs, limit: maxRows, without });
    if (rows.length === 0) return { claimed: 0, sent: 0, refused: 0, dead: 0, unavailable: 0 };
    return settle(rows, await send(rows));
  }

  /** No transaction is open meanwhile; the lease is what keeps other relays away. */
  async function send(rows: readonly ClaimedRow[]): Promise<readonly SendOutcome[]> {
    const sent = new AbortController();
    const renewing = keepRows(rows, sent.signal);
    try {
      return await bus.send(rows.map(({ event }) => event));
    } finally {
      sent.abort();
      await renewing;
    }
  }

  async function keepRows(rows: readonly ClaimedRow[], signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(clock, leaseMs / 3, signal);
      if (signal.aborted) return;
      await renewRows(database, rows, clock.now() + leaseMs).catch((error) =>
        logger.warn({ err: error, schema: database.schema }, 'outbox lease not renewed'),
      );
    }
  }

  function refusal(row: ClaimedRow, { reason, isFinal = false }: Refused): Refusal {
    const delayMs = isFinal ? undefined : retryDelaysMs[row.attempts];
    const nextAttemptMs = delayMs === undefined ? undefined : clock.now() + delayMs;
    return { row, reason: shortReason(reason), nextAttemptMs };
  }

  async function settle(rows: readonly ClaimedRow[], outcomes: readonly SendOutcome[]): Promise<RelayRound> {
    const sent: ClaimedRow[] = [];
    const refusals: Refusal[] = [];
    const unavailable: ClaimedRow[] = [];
    for (const [index, row] of rows.entries()) {
      // A bus that forgets an event has not sent it.
      const outcome = outcomes[index] ?? { kind: 'unavailable', reason: 'no outcome' };
      if (outcome.kind === 'sent') sent.push(row);
      else if (outcome.kind === 'refused') refusals.push(refusal(row, outcome));
      else unavailable.push(row);
    }
    // Cleared first: a topic that lacks room took some of its events and not the others.
    for (const { event } of [...sent, ...refusals.map(({ row }) => row)]) topicPauses.clear(event.type);
    for (const topic of new Set(unavailable.map(({ event }) => event.type))) topicPauses.pause(topic);
    await deleteRows(database, sent);
    await refuseRows(database, refusals, clock.now());
    await releaseRows(database, unavailable);
    const dead = refusals.filter(({ nextAttemptMs }) => nextAttemptMs === undefined);
    for (const { row, reason } of dead) {
      const { id: eventId, type: topic } = row.event;
      logger.error({ schema: database.schema, topic, eventId, reason }, 'event became a dead letter');
    }
    metrics.count({
      sent,
      refused: refusals.map(({ row }) => row),
      dead: dead.map(({ row }) => row),
      unavailable,
    });
    return {
      claimed: rows.length,
      sent: sent.length,
      refused: refusals.length,
      dead: dead.length,
      unavailable: unavailable.length,
    };
  }

  /** Resolves to whether there may be more to send at once. */
  async function guardedRound(): Promise<'more' | 'idle' | 'failed'> {
    let claimed: number;
    try {
      ({ claimed } = await round());
    } catch (error) {
      metrics.failed();
      logger.error({ err: error, schema: database.schema }, 'outbox round failed');
      return 'failed';
    }
    await readState();
    // Of a full batch each topic was sent or rests now, so the next one is another.
    return claimed === maxRows ? 'more' : 'idle';
  }

  async function readState(): Promise<void> {
    if (clock.now() - stateReadMs < STATE_EVERY_MS) return;
    stateReadMs = clock.now();
    try {
      metrics.state(await readOutboxState(database), stateReadMs);
    } catch (error) {
      // Nothing but the gauges depends on it.
      logger.warn({ err: error, schema: database.schema }, 'outbox state not read');
    }
  }

  async function idle(signal: AbortSignal): Promise<void> {
    if (!awake) {
      const woken = new AbortController();
      rouse = () => woken.abort();
      const pauseEndMs = topicPauses.nextEndMs() ?? Number.POSITIVE_INFINITY;
      const waitMs = Math.min(POLL_MS, pauseEndMs - clock.now());
      await sleep(clock, waitMs, AbortSignal.any([signal, woken.signal]));
      rouse = () => {};
    }
    if (awake) await sleep(clock, COMMIT_MS, signal);
  }

  return {
    round,
    wake,
    async run(signal) {
      const pauses = createPauses(random);
      while (!signal.aborted) {
        awake = false;
        const underWay = guardedRound();
        const next = await orStopped(underWay, signal);
        if (next === 'stopped') {
          await within(clock, STOP_MS, underWay);
          return;
        }
        if (next === 'failed') await sleep(clock, pauses.nextMs(), signal);
        else pauses.reset();
        if (next === 'idle') await idle(signal);
      }
    },
    async redrive(letters = {}) {
      const count = await redriveRows(database, letters, { nowMs: clock.now(), withinMs: REDRIVE_WITHIN_MS });
      if (count > 0) wake();
      return count;
    },
    discard: (letters) => discardRows(database, letters),
  };
}

type Refused = Extract<SendOutcome, { kind: 'refused' }>;

function orStopped<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | 'stopped'> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve('stopped');
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

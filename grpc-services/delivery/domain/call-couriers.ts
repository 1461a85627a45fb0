import { toAppError } from '@tiffin/lib/errors/normalize-error';
import { timedOut, within } from '@tiffin/lib/lifecycle/within';
import { redactText } from '@tiffin/lib/telemetry/redact';
import { type ClaimedCall, claimCalls, postponeCall, saveAssigned } from '../data/courier-call-rows.ts';
import type { CourierAnswer } from './courier-dispatch.ts';
import { assignedDelivery } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';
import { tellChanged } from './tell-changed.ts';

/** Deliveries that one round calls couriers for at the same time. */
export const maxCallsOfRound = 50;
/** The most that the dispatch may take for one answer. A process that stops waits for no longer than 5.5 s. */
export const callTimeoutMs = 3_000;
/** Longer than a call and the writing of its answer, so that nobody else makes the same call meanwhile. */
export const leaseMs = 10_000;
/** Before the dispatch is asked again; the last one repeats. A dispatch that comes back gets all calls within it. */
export const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;
/** From so many calls in vain on somebody should look. */
export const stuckAttempts = 5;
const maxErrorChars = 200;
/** Telephone numbers, and more: ids stand in the row itself. */
const longNumber = /\+?\d(?:[ ()/.-]{0,3}\d){6,30}/g;
const maxNameChars = 80;
const maxReferenceChars = 200;

type Outcome =
  | CourierAnswer
  | { readonly kind: 'failed'; readonly reason: string }
  /** This process stops, and nobody has answered it: no failure of anybody's. */
  | { readonly kind: 'stopped' };

/** Calls couriers for the deliveries that have none. */
export interface CourierCalls {
  /** Calls for what is due, at most `maxCallsOfRound`. Resolves to how many. Throws what the database throws. */
  round(signal?: AbortSignal): Promise<number>;
}

export type CourierCallsDeps = Pick<
  DeliveryDeps,
  'clock' | 'database' | 'logger' | 'metrics' | 'outbox' | 'couriers'
>;

/**
 * Several share the work: each claims other deliveries, for as long as a lease. A process that dies between the
 * dispatch's answer and its commit leaves a delivery that is called for again, under the same reference.
 */
export function createCourierCalls(deps: CourierCallsDeps): CourierCalls {
  const { clock, database, logger, couriers } = deps;
  const calls = deps.metrics.counter({
    name: 'tiffin_delivery_courier_calls_total',
    help: 'Calls for couriers, by what came of them; overtaken ones took so long that another process made them again.',
    labelNames: ['outcome'],
  });

  async function call({ delivery }: ClaimedCall, signal: AbortSignal): Promise<Outcome> {
    const { id: reference, orderId, shopId } = delivery;
    const over = new AbortController();
    const limits = {
      deadlineMs: clock.now() + callTimeoutMs,
      signal: AbortSignal.any([signal, over.signal]),
    };
    try {
      const answering = couriers.call({ reference, orderId, shopId }, limits);
      const answer = await within(clock, callTimeoutMs, answering);
      if (answer !== timedOut) return usable(answer);
      return signal.aborted ? { kind: 'stopped' } : { kind: 'failed', reason: 'no answer in time' };
    } catch (thrown) {
      if (signal.aborted) return { kind: 'stopped' };
      logger.warn({ deliveryId: reference, err: thrown }, 'call for a courier failed');
      return { kind: 'failed', reason: reasonOf(thrown) };
    } finally {
      over.abort();
    }
  }

  /** False where another process has claimed the delivery meanwhile. */
  function settle(claimed: ClaimedCall, outcome: Exclude<Outcome, { kind: 'stopped' }>): Promise<boolean> {
    if (outcome.kind !== 'assigned') return postpone(claimed, outcome.reason);
    const { courierName, courierReference } = outcome;
    const assigned = assignedDelivery(claimed.delivery, courierName, new Date(clock.now()));
    return database.transaction(async (em) => {
      const isOurs = await saveAssigned(em, claimed, assigned, courierReference);
      if (isOurs) await tellChanged(deps, em, {}, assigned);
      return isOurs;
    });
  }

  async function postpone(claimed: ClaimedCall, reason: string): Promise<boolean> {
    const { delivery, attempts } = claimed;
    const delayMs = retryDelaysMs[Math.min(attempts, retryDelaysMs.length - 1)] ?? 0;
    // A text column takes no NUL.
    const lastError = reason.replaceAll('\0', '').slice(0, maxErrorChars);
    const isOurs = await postponeCall(database, claimed, { lastError, dueMs: clock.now() + delayMs });
    if (isOurs && attempts + 1 === stuckAttempts) {
      logger.error({ deliveryId: delivery.id, lastError }, 'no courier comes for a delivery');
    }
    return isOurs;
  }

  async function callFor(claimed: ClaimedCall, signal: AbortSignal): Promise<void> {
    const outcome = await call(claimed, signal);
    if (outcome.kind === 'stopped') {
      // The row is taken again when its lease ends, by whoever is there then.
      calls.inc({ outcome: outcome.kind });
      return;
    }
    const isOurs = await settle(claimed, outcome);
    calls.inc({ outcome: isOurs ? outcome.kind : 'overtaken' });
  }

  return {
    async round(signal = new AbortController().signal) {
      const nowMs = clock.now();
      const claimed = await claimCalls(database, { nowMs, leaseEndMs: nowMs + leaseMs }, maxCallsOfRound);
      const outcomes = await Promise.allSettled(claimed.map((one) => callFor(one, signal)));
      // The others have been written; those that could not be come again when their lease ends.
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      if (lost) throw lost.reason;
      return claimed.length;
    },
  };
}

/** Why a call failed, for who looks at the row: one line, without what tells of people. A defect's own words say most. */
function reasonOf(thrown: unknown): string {
  const { code } = toAppError(thrown);
  if (code !== 'INTERNAL' || !(thrown instanceof Error)) return code;
  const words = redactText(thrown.message)
    .replace(longNumber, '[redacted]')
    .replace(/[\p{Cc}\s]+/gu, ' ');
  return `${code}: ${words}`;
}

/** What the columns do not take would be lost, and called for again, for ever and without a word. */
function usable(answer: CourierAnswer): Outcome {
  if (answer.kind !== 'assigned') return answer;
  const fits = isLine(answer.courierName, maxNameChars) && isLine(answer.courierReference, maxReferenceChars);
  return fits ? answer : { kind: 'failed', reason: 'an answer that cannot be used' };
}

function isLine(text: string, maxChars: number): boolean {
  return text.trim() !== '' && text.length <= maxChars && !/\p{Cc}/u.test(text);
}

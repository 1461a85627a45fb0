import type { Clock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { timedOut, within } from '@tiffin/lib/lifecycle/within';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';

export interface SubscriptionLimits {
  /** Open at once in this process. */
  readonly maxOpen: number;
  /** Of one user, or of one address where nobody is signed in. */
  readonly maxOpenPerOwner: number;
}

/** Why a subscription ended. `failed`: a defect of ours. */
export type EndReason = 'client' | 'stuck' | 'deadline' | 'token' | 'drain' | 'failed';

/** What the owner of all subscriptions asks of one. */
export interface OpenSubscription {
  /** Says `complete` to the client. */
  drain(): void;
  /** Ends a client that does not take that. */
  destroy(): void;
  /** Resolves when the connection has ended or its last byte is on its way. */
  readonly ended: Promise<void>;
}

/** When a client may try again that was refused. */
const retryAfterMs = 5_000;

/** The open subscriptions of a process: how many there may be, and their end when the process stops. */
export class OpenSubscriptions {
  readonly #limits: SubscriptionLimits;
  readonly #clock: Clock;
  readonly #owners = new Map<string, number>();
  readonly #open = new Set<OpenSubscription>();
  readonly #ended;
  #reserved = 0;
  #isDraining = false;

  constructor(limits: SubscriptionLimits, clock: Clock, metrics: Metrics) {
    this.#limits = limits;
    this.#clock = clock;
    const gauge = metrics.gauge({
      name: 'tiffin_live_subscriptions',
      help: 'Subscriptions that are open.',
    });
    metrics.beforeText(() => gauge.set({}, this.#reserved));
    this.#ended = metrics.counter({
      name: 'tiffin_live_subscriptions_ended_total',
      help: 'Subscriptions that ended, by who or what ended them.',
      labelNames: ['reason'],
    });
  }

  get size(): number {
    return this.#reserved;
  }

  /**
   * Takes a place for a subscription of `owner`; returns what gives it back, once.
   * @throws AppError RATE_LIMITED where there are enough already, UNAVAILABLE where the process stops.
   */
  reserve(owner: string): () => void {
    const { maxOpen, maxOpenPerOwner } = this.#limits;
    if (this.#isDraining) throw new AppError('UNAVAILABLE', { retryAfterMs });
    const own = this.#owners.get(owner) ?? 0;
    if (own >= maxOpenPerOwner || this.#reserved >= maxOpen)
      throw new AppError('RATE_LIMITED', { retryAfterMs });
    this.#owners.set(owner, own + 1);
    this.#reserved++;
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#reserved--;
      const left = (this.#owners.get(owner) ?? 0) - 1;
      if (left > 0) this.#owners.set(owner, left);
      else this.#owners.delete(owner);
    };
  }

  /** Keeps a subscription, in the turn in which its place was taken, until the returned function is told its end. */
  add(subscription: OpenSubscription): (reason: EndReason) => void {
    this.#open.add(subscription);
    return (reason) => {
      if (this.#open.delete(subscription)) this.#ended.inc({ reason });
    };
  }

  /** Ends all of them and lets no more in. Clients that take no `complete` within `timeoutMs` are cut off. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    const open = [...this.#open];
    for (const subscription of open) subscription.drain();
    const ended = Promise.all(open.map((subscription) => subscription.ended));
    if ((await within(this.#clock, timeoutMs, ended)) !== timedOut) return;
    for (const subscription of open) subscription.destroy();
  }
}

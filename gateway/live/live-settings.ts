import { type LiveSignals, noLiveSignals } from '@tiffin/lib/live/live-signals';

/** What bounds subscriptions, and what makes them answer anew. */
export interface LiveSettings {
  readonly signals: LiveSignals;
  /** Open at once in this process. */
  readonly maxOpen: number;
  /** Of one user, or of one address where nobody is signed in. */
  readonly maxOpenPerOwner: number;
  /** Between two runs without a signal, give or take a fifth. */
  readonly refreshMs: number;
  /** After this a subscription is completed, up to a tenth earlier; the client opens another one. */
  readonly maxAgeMs: number;
  /** Runs at once, of all subscriptions. */
  readonly maxRuns: number;
  readonly random: () => number;
}

export const defaultLiveSettings: LiveSettings = {
  signals: noLiveSignals,
  maxOpen: 10_000,
  maxOpenPerOwner: 10,
  refreshMs: 10_000,
  maxAgeMs: 30 * 60_000,
  maxRuns: 64,
  random: Math.random,
};

/** Those of gateway-config.ts that are about subscriptions. */
export interface LiveVariables {
  readonly MAX_SUBSCRIPTIONS: number;
  readonly MAX_SUBSCRIPTIONS_PER_CLIENT: number;
  readonly SUBSCRIPTION_REFRESH_MS: number;
  readonly SUBSCRIPTION_MAX_AGE_MS: number;
}

/** What the environment says of subscriptions. */
export const liveSettings = (config: LiveVariables): Partial<LiveSettings> => ({
  maxOpen: config.MAX_SUBSCRIPTIONS,
  maxOpenPerOwner: config.MAX_SUBSCRIPTIONS_PER_CLIENT,
  refreshMs: config.SUBSCRIPTION_REFRESH_MS,
  maxAgeMs: config.SUBSCRIPTION_MAX_AGE_MS,
});

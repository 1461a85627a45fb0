import { AppError } from '../../errors/app-error.ts';

/** What happens to a participant's try. `late`: it arrives when the coordinator has long given it up. */
export const tryFates = [
  'ok',
  'refused',
  'answer lost',
  'request lost',
  'late',
  'twice',
  'again later',
] as const;
export type TryFate = (typeof tryFates)[number];

/** What happens to the first confirm or cancel of a participant; the next ones meet nothing. */
export const endFates = ['ok', 'answer lost', 'twice', 'again later', 'fails once', 'late'] as const;
export type EndFate = (typeof endFates)[number];

export interface BranchFate {
  readonly try: TryFate;
  readonly end: EndFate;
}

/** Longer than any transaction of a schedule takes. */
export const LATE_MS = 20_000;

export interface Network {
  /** Delivers it some time. What it answers is nobody's business. */
  later(deliver: () => Promise<unknown>): void;
  /** Rejects when the caller has waited for long enough. */
  timeOut(): Promise<never>;
}

/** Has a call meet its fate. A refusal is the participant's, so it is none here. */
export async function sendBy(
  fate: TryFate | EndFate,
  network: Network,
  deliver: () => Promise<unknown>,
): Promise<unknown> {
  switch (fate) {
    case 'ok':
    case 'refused':
      return deliver();
    case 'twice':
      return (await Promise.all([deliver(), deliver()]))[0];
    case 'again later':
      network.later(deliver);
      return deliver();
    case 'answer lost':
      await deliver();
      return network.timeOut();
    case 'request lost':
      return network.timeOut();
    case 'late':
      network.later(deliver);
      return network.timeOut();
    case 'fails once':
      throw new AppError('UNAVAILABLE', { retryAfterMs: 0 });
  }
}

/** Whether the coordinator hears that it is held. */
export const isHeard = (fate: TryFate) => fate === 'ok' || fate === 'twice' || fate === 'again later';

import type { RecordedCase } from './record-answers.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** A round makes as many requests as have so many UTF-16 units of answers together, so that all rounds are alike long. */
  readonly answersPerRound: number;
}

/** Rounds before the measured ones, until the engine has compiled what is hot. */
export const warmUpRounds = 2;

const minRequests = 20;
/** More copies of small answers would only fill memory. */
const maxRequests = 2_000;

export function requestsPerRound({ recordings }: RecordedCase, { answersPerRound }: BenchOptions): number {
  const requests = Math.round(answersPerRound / recordings.apollo.length);
  return Math.min(maxRequests, Math.max(minRequests, requests));
}

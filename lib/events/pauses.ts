/** How long to leave something alone that does not answer. */
export interface Pauses {
  nextMs(): number;
  reset(): void;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/** Doubles up to a bound; each is between half and all of itself, so that relays do not come back all at once. */
export function createPauses(random: () => number): Pauses {
  let pauseMs = FIRST_PAUSE_MS;
  return {
    nextMs() {
      const thisMs = pauseMs * (0.5 + random() / 2);
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      return thisMs;
    },
    reset() {
      pauseMs = FIRST_PAUSE_MS;
    },
  };
}

/** 2024-01-01T00:00:00Z. 41 bits of milliseconds from here last until 2093. */
export const TIFFIN_EPOCH_MS = Date.UTC(2024, 0, 1);

const WORKER_BITS = 10n;
const SEQUENCE_BITS = 12n;
const MAX_SEQUENCE = 2 ** Number(SEQUENCE_BITS) - 1;
const MAX_TIMESTAMP = 2 ** 41 - 1;

/** Worker ids are 0 to 1023. */
export const WORKER_COUNT = 2 ** Number(WORKER_BITS);
/** A clock that jumped back by no more than this is waited for. */
export const MAX_CLOCK_BACK_MS = 100;

/** The clock jumped back further than one may wait; ids from it could repeat old ones. */
export class ClockMovedBack extends Error {
  override readonly name = 'ClockMovedBack';
}

/** Either an id, or how long to wait before asking again. */
export type SnowflakeStep = { readonly id: bigint } | { readonly waitMs: number };

export interface Snowflake {
  /** Throws `ClockMovedBack`. */
  step(nowMs: number, workerId: number): SnowflakeStep;
  /** The millisecond of the newest id, 0 before the first. */
  readonly lastMs: number;
}

/**
 * Twitter's Snowflake: 63 bits, of which 41 count milliseconds since `TIFFIN_EPOCH_MS`, 10 name the worker and 12 count
 * ids within a millisecond. Ids of one generator always rise; ids of several rise with time.
 */
export function createSnowflake(): Snowflake {
  let lastMs = 0;
  let sequence = 0;
  return {
    get lastMs() {
      return lastMs;
    },
    step(nowMs, workerId) {
      const behindMs = lastMs - nowMs;
      if (behindMs > MAX_CLOCK_BACK_MS) {
        throw new ClockMovedBack(
          `The clock went back by ${behindMs} ms, more than the ${MAX_CLOCK_BACK_MS} ms that are waited for. ` +
            'No ids are made until it has caught up; check the time service of this host.',
        );
      }
      if (behindMs > 0) return { waitMs: behindMs };
      if (behindMs < 0) sequence = 0;
      else if (sequence === MAX_SEQUENCE) return { waitMs: 1 };
      else sequence++;
      lastMs = nowMs;
      return { id: composeId(nowMs, workerId, sequence) };
    },
  };
}

function composeId(nowMs: number, workerId: number, sequence: number): bigint {
  const timestamp = nowMs - TIFFIN_EPOCH_MS;
  if (timestamp < 0 || timestamp > MAX_TIMESTAMP) {
    throw new RangeError(
      `The clock is outside of the years 2024 to 2093 (${new Date(nowMs).toISOString()}).`,
    );
  }
  return (
    (BigInt(timestamp) << (WORKER_BITS + SEQUENCE_BITS)) |
    (BigInt(workerId) << SEQUENCE_BITS) |
    BigInt(sequence)
  );
}

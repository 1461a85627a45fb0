// Every Redis key of this service. Each has a time to live. What a script touches together lies in one slot of a cluster:
// users, and what they look at, are spread over rings by their ids.

export const ringCount = 8;

/** Users, or what they look at. */
export type RingKind = 'user' | 'target';

/** One part of the users, or of what they look at. */
export interface Ring {
  readonly kind: RingKind;
  /** 0 to `ringCount` - 1. */
  readonly number: number;
}

export function ringOf(kind: RingKind, id: string): Ring {
  return { kind, number: Number(BigInt(id) % BigInt(ringCount)) };
}

export const everyRing: readonly Ring[] = (['user', 'target'] as const).flatMap((kind) =>
  Array.from({ length: ringCount }, (_, number) => ({ kind, number })),
);

const tagOf = ({ kind, number }: Ring) => `trk:{${kind[0]}${number}}`;

/** What a user looked at: a sorted set of `kind:id` by the time of the last look. */
export const historyKey = (userId: string) => `${tagOf(ringOf('user', userId))}:h:${userId}`;

/** How often what is in a ring was looked at on a day: a hash of counts by `kind:id`, and the hash's own `epoch`. */
export const viewsKey = (ring: Ring, day: string) => `${tagOf(ring)}:v:${day}`;

/** What is not in the database yet, by the time since when. */
export const dirtyKey = (ring: Ring) => `${tagOf(ring)}:dirty`;

/** What a process is writing to the database, by when its lease ends. */
export const takenKey = (ring: Ring) => `${tagOf(ring)}:taken`;

/** There while Redis keeps what it was given. */
export const epochKey = (ring: Ring) => `${tagOf(ring)}:epoch`;

/** What is looked at most of late, by a count that fades. */
export const hotKey = (kind: number) => `trk:{hot${kind}}:top`;

/** Up to when the counts of a hot list have faded. */
export const fadedKey = (kind: number) => `trk:{hot${kind}}:faded`;

/** What can be looked at, by the numbers that Redis and the database know: a shop is 1, goods are 2. */
export type TargetKind = 1 | 2;

export const targetKinds: readonly TargetKind[] = [1, 2];

/** Somebody looked at something. */
export interface View {
  /** Undefined for whoever is not signed in. */
  readonly userId: string | undefined;
  readonly kind: TargetKind;
  readonly targetId: string;
  readonly atMs: number;
}

/** Something in a user's history, by the last time. */
export interface Seen {
  readonly kind: TargetKind;
  readonly targetId: string;
  readonly atMs: number;
}

/** How often something was looked at on a day, by one hash of Redis: another epoch counts anew. */
export interface DayViews {
  readonly kind: TargetKind;
  readonly targetId: string;
  /** `2030-01-31`, in UTC. */
  readonly day: string;
  readonly epoch: string;
  readonly views: number;
}

/** Of each user. Both stores keep no more. */
export const maxHistoryEntries = 100;

/** Latest first; what was seen in the same millisecond by kind and id, so that pages have one order. */
export function laterFirst(a: Seen, b: Seen): number {
  if (a.atMs !== b.atMs) return b.atMs - a.atMs;
  if (a.kind !== b.kind) return b.kind - a.kind;
  const [x, y] = [BigInt(a.targetId), BigInt(b.targetId)];
  return x === y ? 0 : x < y ? 1 : -1;
}

import { saveDayViews } from '../data/counter-rows.ts';
import type { RingState, Taken } from '../data/dirty-store.ts';
import { saveHistories } from '../data/history-rows.ts';
import type { Ring, RingKind } from '../data/keys.ts';
import type { DayViews } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';
import { findExisting, targetName } from './find-existing.ts';

export type WriteBackDeps = Pick<
  TrackingDeps,
  'clock' | 'logger' | 'database' | 'views' | 'dirty' | 'metrics' | 'shops' | 'goods'
>;

/** Writes what Redis knows to the database. */
export interface WriteBack {
  /** Takes what has been dirty for a while, and writes it; whether more is to do at once. */
  round(signal: AbortSignal): Promise<boolean>;
  /** What is dirty at all, up to `maxLastRounds`: where Redis is in this process, it ends with it. */
  last(): Promise<void>;
}

/** How long changes of one user gather before they are written. */
export const settleMs = 5_000;
/** A process that dies leaves what it took to others after this. */
export const leaseMs = 30_000;
/** Of each ring, each round. */
export const maxTakenOfRing = 25;
/** At a stop: 5,000 users and as many counts, which takes less than a second. */
const maxLastRounds = 25;
/** Users of one statement, each of a hundred rows at most. */
const maxOfStatement = 50;
/** After shop or goods did not answer, counts wait so long at least. */
export const askAgainMs = 5_000;

/**
 * Several processes may write at once: each takes what nobody else has. What is read anew from Redis is all that is known
 * of a user, so it may be written twice, late and by two at once, and the rows are right.
 */
export function createWriteBack(deps: WriteBackDeps): WriteBack {
  const { clock, dirty, metrics, logger } = deps;
  /** From then on counts are written; histories are, always. */
  let askAtMs = 0;
  /** How many were dirty when we last looked, by ring: what is lost when the ring turns out to be new. */
  const known = new Map<string, number>();

  function note(states: readonly RingState[]): void {
    for (const { ring, isNew, dirty: count } of states) {
      const lost = known.get(nameOf(ring)) ?? 0;
      // Of all processes the one that made the ring anew counts.
      if (isNew && lost > 0) metrics.lost(ring.kind, lost);
      known.set(nameOf(ring), count);
    }
    for (const kind of ['user', 'target'] as const) {
      const own = states.filter(({ ring }) => ring.kind === kind);
      const oldestMs = Math.min(...own.map((state) => state.oldestMs ?? clock.now()));
      const count = own.reduce((sum, state) => sum + state.dirty, 0);
      metrics.dirty(kind, count, Math.max(0, clock.now() - oldestMs));
    }
  }

  async function save(kind: RingKind, taken: readonly Taken[]): Promise<void> {
    const saved = kind === 'user' ? await saveUsers(deps, taken) : await saveTargets(deps, taken, ask);
    // They come again when the lease is over.
    if (!saved) return;
    for (const { ring } of taken) known.set(nameOf(ring), Math.max(0, (known.get(nameOf(ring)) ?? 0) - 1));
    metrics.written(kind, saved.written);
    if (saved.unknown > 0) metrics.unknown(saved.unknown);
    const lost = taken.length - saved.written - saved.unknown;
    if (lost > 0) metrics.lost(kind, lost);
    await dirty.finish(taken);
  }

  /** Undefined where nobody can say now: histories must not wait for that. */
  async function ask(counts: readonly DayViews[]): Promise<ReadonlySet<string> | undefined> {
    try {
      return await findExisting(deps, counts);
    } catch (error) {
      askAtMs = clock.now() + askAgainMs;
      logger.warn({ err: error }, 'counts of views wait: shop or goods does not answer');
      return undefined;
    }
  }

  async function writeDirty(settledMs: number, signal?: AbortSignal): Promise<boolean> {
    const states = await dirty.look();
    note(states);
    const nowMs = clock.now();
    const isTimeFor = (kind: RingKind) => kind === 'user' || clock.now() >= askAtMs;
    const rings = states.flatMap(({ ring, dirty: count }) =>
      count > 0 && isTimeFor(ring.kind) ? [ring] : [],
    );
    if (rings.length === 0) return false;
    const limits = { leaseEndMs: nowMs + leaseMs, limit: maxTakenOfRing };
    const taken = await dirty.take(rings, { nowMs, dueMs: nowMs - settledMs, ...limits });
    for (const [kind, some] of Map.groupBy(taken, ({ ring }) => ring.kind)) {
      for (let start = 0; start < some.length && isTimeFor(kind) && !signal?.aborted; start += maxOfStatement)
        await save(kind, some.slice(start, start + maxOfStatement));
    }
    return taken.length >= maxTakenOfRing;
  }

  return {
    round: (signal) => writeDirty(settleMs, signal),
    async last() {
      for (let round = 0; round < maxLastRounds; round++) if (!(await writeDirty(0))) return;
    },
  };
}

const nameOf = ({ kind, number }: Ring) => `${kind} ${number}`;

/** The others of what was taken Redis has forgotten. */
interface Saved {
  readonly written: number;
  /** Counts of what does not exist. */
  readonly unknown: number;
}

async function saveUsers({ views, database }: WriteBackDeps, taken: readonly Taken[]): Promise<Saved> {
  const userIds = [...new Set(taken.map(({ member }) => member))];
  const histories = await views.histories(userIds);
  const known = userIds.flatMap((userId, index) => {
    const seen = histories[index] ?? [];
    return seen.length > 0 ? [{ userId, seen }] : [];
  });
  await saveHistories(database, known);
  const found = new Set(known.map(({ userId }) => userId));
  return { written: taken.filter(({ member }) => found.has(member)).length, unknown: 0 };
}

/** Writes counts of what exists, and throws the others away: anybody may tell of any id, as often as they like. */
async function saveTargets(
  { dirty, database }: WriteBackDeps,
  taken: readonly Taken[],
  ask: (counts: readonly DayViews[]) => Promise<ReadonlySet<string> | undefined>,
): Promise<Saved | undefined> {
  const counts = await dirty.dayViews(taken.map(({ member }) => member));
  const existing = await ask(counts);
  if (!existing) return undefined;
  const real = counts.filter((count) => existing.has(targetName(count)));
  const unreal = counts.filter((count) => !existing.has(targetName(count)));
  await saveDayViews(database, real);
  await dirty.forget(unreal);
  return { written: real.length, unknown: unreal.length };
}

import type { RedisClient } from '@tiffin/lib/engines/redis';
import { createRedisPipelines, type RedisCommand } from '@tiffin/lib/engines/redis-pipelines';
import { dirtyKey, epochKey, everyRing, type Ring, ringOf, takenKey, viewsKey } from './keys.ts';
import { trackingScripts } from './scripts.ts';
import type { DayViews, TargetKind } from './view.ts';
import { lifetimeMs } from './view-store.ts';

/** What waits in a ring for the database. */
export interface RingState {
  readonly ring: Ring;
  /** How many wait, those that somebody is writing included. */
  readonly dirty: number;
  /** Since when the oldest waits, in epoch milliseconds; undefined where none does. */
  readonly oldestMs: number | undefined;
  /** Redis had forgotten that anybody was here: so it had forgotten all else too, or is new. */
  readonly isNew: boolean;
}

/** One user, or one thing on one day, in the hands of one process. */
export interface Taken {
  readonly ring: Ring;
  /** Its name among those that are taken. */
  readonly name: string;
  /** A user's id, or `2030-01-31:2:17`. */
  readonly member: string;
}

export interface TakeOptions {
  readonly nowMs: number;
  /** Only what waits since then or longer: what changes each second is not written each second. */
  readonly dueMs: number;
  readonly leaseEndMs: number;
  /** From each ring. */
  readonly limit: number;
}

/** What Redis knows and the database does not yet. Several processes may share it out among themselves. */
export interface DirtyStore {
  /** All rings, in one round trip. */
  look(): Promise<RingState[]>;
  take(rings: readonly Ring[], options: TakeOptions): Promise<Taken[]>;
  /** Says that these are in the database. What got dirty again meanwhile stays dirty. */
  finish(taken: readonly Taken[]): Promise<void>;
  /** The counts that they have now, of those that Redis still knows. */
  dayViews(members: readonly string[]): Promise<DayViews[]>;
  /** Throws counts away. */
  forget(counts: readonly DayViews[]): Promise<void>;
}

export function createDirtyStore(redis: RedisClient, newEpoch: () => string): DirtyStore {
  const pipelines = createRedisPipelines(redis, { scripts: trackingScripts });
  return {
    async look() {
      const answers = await pipelines.send(everyRing.flatMap((ring) => lookCommands(ring, newEpoch())));
      return everyRing.map((ring, index) => toState(ring, answers.slice(5 * index, 5 * index + 5)));
    },
    async take(rings, { nowMs, dueMs, leaseEndMs, limit }) {
      const answers = await pipelines.send(
        rings.map((ring) => ({
          name: 'trkTakeDirty',
          key: dirtyKey(ring),
          args: [takenKey(ring), nowMs, dueMs, leaseEndMs, limit, lifetimeMs],
        })),
      );
      return rings.flatMap((ring, index) =>
        (answers[index] as string[]).slice(1).map((name) => ({
          ring,
          name,
          member: name.slice(0, name.lastIndexOf('@')),
        })),
      );
    },
    async finish(taken) {
      const byRing = Map.groupBy(taken, ({ ring }) => takenKey(ring));
      await pipelines.send(
        [...byRing].map(([key, some]) => ({ name: 'zrem', key, args: some.map(({ name }) => name) })),
      );
    },
    async dayViews(members) {
      const hashes = [...Map.groupBy(members.map(toCounted), ({ key }) => key)];
      const answers = await pipelines.send(
        hashes.map(([key, fields]) => ({
          name: 'hmget',
          key,
          args: ['epoch', ...fields.map(({ field }) => field)],
        })),
      );
      return hashes.flatMap(([, fields], index) => {
        const [epoch, ...counts] = answers[index] as (string | null)[];
        return fields.flatMap(({ kind, targetId, day }, place) => {
          const views = counts[place];
          return epoch && views ? [{ kind, targetId, day, epoch, views: Number(views) }] : [];
        });
      });
    },
    async forget(counts) {
      const members = counts.map(({ day, kind, targetId }) => `${day}:${kind}:${targetId}`);
      const hashes = [...Map.groupBy(members.map(toCounted), ({ key }) => key).values()];
      // In this order a view that comes in between leaves a count that nobody asks for, not a mark without a count.
      await pipelines.send(hashes.flatMap(forgetCommands));
    },
  };
}

function forgetCommands(counted: readonly ReturnType<typeof toCounted>[]): RedisCommand[] {
  const [first] = counted;
  if (!first) return [];
  return [
    { name: 'hdel', key: first.key, args: counted.map(({ field }) => field) },
    { name: 'zrem', key: dirtyKey(first.ring), args: counted.map(({ member }) => member) },
  ];
}

function lookCommands(ring: Ring, epoch: string): RedisCommand[] {
  return [
    { name: 'set', key: epochKey(ring), args: [epoch, 'PX', lifetimeMs, 'NX'] },
    { name: 'pexpire', key: epochKey(ring), args: [lifetimeMs] },
    { name: 'zcard', key: dirtyKey(ring), args: [] },
    { name: 'zrange', key: dirtyKey(ring), args: [0, 0, 'WITHSCORES'] },
    { name: 'zrange', key: takenKey(ring), args: [0, -1] },
  ];
}

function toState(ring: Ring, [made, , waiting, oldest, taken]: readonly unknown[]): RingState {
  const names = taken as string[];
  const sinces = names.map((name) => Number(name.slice(name.lastIndexOf('@') + 1)));
  const [, first] = oldest as string[];
  if (first !== undefined) sinces.push(Number(first));
  return {
    ring,
    dirty: Number(waiting) + names.length,
    oldestMs: sinces.length > 0 ? Math.min(...sinces) : undefined,
    isNew: made === 'OK',
  };
}

function toCounted(member: string) {
  const [day = '', kind = '', targetId = ''] = member.split(':');
  const ring = ringOf('target', targetId);
  const key = viewsKey(ring, day);
  return { member, ring, key, field: `${kind}:${targetId}`, kind: Number(kind) as TargetKind, targetId, day };
}

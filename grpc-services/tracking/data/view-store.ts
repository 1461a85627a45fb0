import type { RedisClient } from '@tiffin/lib/engines/redis';
import { createRedisPipelines, type RedisCommand } from '@tiffin/lib/engines/redis-pipelines';
import { dirtyKey, fadedKey, historyKey, hotKey, ringOf, viewsKey } from './keys.ts';
import { trackingScripts } from './scripts.ts';
import { maxHistoryEntries, type Seen, type TargetKind, type View } from './view.ts';

export interface ViewStoreOptions {
  readonly redis: RedisClient;
  /** Names a new hash of counts: a positive bigint, other than all before it. */
  readonly newEpoch: () => string;
}

/** What Redis knows of what users look at: the newest of it, before the database. */
export interface ViewStore {
  /** Counts views and puts them into histories, in one round trip. After a throw some may be kept: it may be repeated. */
  keep(views: readonly View[], nowMs: number): Promise<void>;
  /** What each user looked at, at most `maxHistoryEntries`, latest first; one list for each user, in their order. */
  histories(userIds: readonly string[]): Promise<Seen[][]>;
  /** What those who are signed in look at most of late, most first. */
  hot(kind: TargetKind, first: number): Promise<string[]>;
}

export const lifetimeMs = 30 * 86_400_000;
/** From the last event of a day on; one that is later begins another epoch. */
const viewsLifetimeMs = 3 * 86_400_000;
const hotLength = 200;
const halfLifeMs = 3_600_000;

export const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
const memberOf = ({ kind, targetId }: Pick<View, 'kind' | 'targetId'>) => `${kind}:${targetId}`;

export function createViewStore({ redis, newEpoch }: ViewStoreOptions): ViewStore {
  const pipelines = createRedisPipelines(redis, { scripts: trackingScripts });
  return {
    async keep(views, nowMs) {
      await pipelines.send([
        ...historyCommands(views, nowMs),
        ...countCommands(views, nowMs, newEpoch),
        ...heatCommands(views, nowMs),
      ]);
    },
    async histories(userIds) {
      const answers = await pipelines.send(
        userIds.map((id) => ({
          name: 'zrevrange',
          key: historyKey(id),
          args: [0, maxHistoryEntries - 1, 'WITHSCORES'],
        })),
      );
      return answers.map((answer) => toHistory(answer as string[]));
    },
    async hot(kind, first) {
      const [ids] = await pipelines.send([{ name: 'zrevrange', key: hotKey(kind), args: [0, first - 1] }]);
      return ids as string[];
    },
  };
}

function historyCommands(views: readonly View[], nowMs: number): RedisCommand[] {
  const byUser = Map.groupBy(views, ({ userId }) => userId);
  return [...byUser].flatMap(([userId, own]) => {
    if (userId === undefined) return [];
    const looks = own.flatMap((view) => [memberOf(view), view.atMs]);
    const args = [dirtyKey(ringOf('user', userId)), userId, nowMs, lifetimeMs, maxHistoryEntries, ...looks];
    return [{ name: 'trkSeeHistory', key: historyKey(userId), args }];
  });
}

function countCommands(views: readonly View[], nowMs: number, newEpoch: () => string): RedisCommand[] {
  const hashes = Map.groupBy(
    views,
    ({ targetId, atMs }) => `${ringOf('target', targetId).number}/${dayOf(atMs)}`,
  );
  return [...hashes.values()].flatMap((some) => {
    const [first] = some;
    if (!first) return [];
    const ring = ringOf('target', first.targetId);
    const day = dayOf(first.atMs);
    const counts = [...Map.groupBy(some, memberOf)].flatMap(([field, same]) => [
      field,
      same.length,
      `${day}:${field}`,
    ]);
    const args = [dirtyKey(ring), newEpoch(), nowMs, viewsLifetimeMs, ...counts];
    return [{ name: 'trkCountViews', key: viewsKey(ring, day), args }];
  });
}

/** Whoever is not signed in may be anybody, and many: they do not say what is hot. */
function heatCommands(views: readonly View[], nowMs: number): RedisCommand[] {
  const bySomebody = views.filter(({ userId }) => userId !== undefined);
  return [...Map.groupBy(bySomebody, ({ kind }) => kind)].map(([kind, same]) => {
    const counts = [...Map.groupBy(same, ({ targetId }) => targetId)].flatMap(([id, { length }]) => [
      id,
      length,
    ]);
    return {
      name: 'trkHeat',
      key: hotKey(kind),
      args: [fadedKey(kind), nowMs, halfLifeMs, lifetimeMs, hotLength, ...counts],
    };
  });
}

/** Members and scores in turn. */
function toHistory(answer: readonly string[]): Seen[] {
  return Array.from({ length: answer.length / 2 }, (_, index) => {
    const [kind, targetId = ''] = (answer[2 * index] ?? '').split(':');
    return { kind: Number(kind) as TargetKind, targetId, atMs: Number(answer[2 * index + 1]) };
  });
}

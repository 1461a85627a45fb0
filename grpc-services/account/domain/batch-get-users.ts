import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findUsers } from '../data/user-store.ts';
import type { AccountDeps } from './deps.ts';
import { type VisibleUser, visibleTo } from './user.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such user. */
export async function batchGetUsers(
  deps: AccountDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(VisibleUser | undefined)[]> {
  const knowable = [...new Set(ids.filter(isId))];
  if (knowable.length === 0) return ids.map(() => undefined);
  const found = await findUsers(deps.database, knowable);
  const byId = new Map(found.map((user) => [user.id, visibleTo(identity, user)]));
  return ids.map((id) => byId.get(id));
}

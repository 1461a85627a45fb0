import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findUsers } from '../data/user-store.ts';
import type { AccountDeps } from './deps.ts';
import { type VisibleUser, visibleTo } from './user.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such user. */
export async function batchGetUsers(
  { database }: AccountDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(VisibleUser | undefined)[]> {
  const users = await findByIds(ids, (possible) => findUsers(database, possible));
  return users.map((user) => user && visibleTo(identity, user));
}

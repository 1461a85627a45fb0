import { isId } from '../errors/invalid-argument.ts';

/**
 * One answer for each id, in the order of the ids, twice for an id that comes twice; undefined where there is no such
 * item. `find` gets each possible id once, answers in any order, and is not asked where no id is possible.
 */
export async function findByIds<Item extends { readonly id: string }>(
  ids: readonly string[],
  find: (ids: readonly string[]) => Promise<readonly Item[]>,
): Promise<(Item | undefined)[]> {
  const possible = [...new Set(ids.filter(isId))];
  const found = possible.length > 0 ? await find(possible) : [];
  const byId = new Map(found.map((item) => [item.id, item]));
  return ids.map((id) => byId.get(id));
}

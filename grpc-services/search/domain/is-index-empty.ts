import { isIndexEmpty as isEmpty } from '../data/entry-store.ts';
import type { SearchDeps } from './deps.ts';

/** Whether nothing was ever indexed. */
export function isIndexEmpty({ database }: Pick<SearchDeps, 'database'>): Promise<boolean> {
  return isEmpty(database);
}

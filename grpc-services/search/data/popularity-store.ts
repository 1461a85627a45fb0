import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Entry } from './entry.ts';

/** What can be popular, whether it is indexed or not. */
export type Popular = Pick<Entry, 'kind' | 'refId'>;

/** Counts one more order for each of them. Each stands among them once. */
export async function addToPopularity(em: EntityManager, popular: readonly Popular[]): Promise<void> {
  await em.execute(
    `insert into search.popularity as counted (kind, ref_id, order_count)
     select kind, ref_id, 1 from unnest(?::smallint[], ?::bigint[]) as given (kind, ref_id)
     order by kind, ref_id
     on conflict (kind, ref_id) do update set order_count = counted.order_count + 1`,
    [bigintArray(popular.map(({ kind }) => kind)), bigintArray(popular.map(({ refId }) => refId))],
  );
}

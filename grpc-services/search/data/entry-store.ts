import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Entry, EntryKind, FoundEntry, FoundPosition } from './entry.ts';

export interface EntryQuery {
  /** As it was typed. */
  readonly text: string;
  /** The same as PostgreSQL's tsquery. */
  readonly words: string;
  readonly kinds: readonly EntryKind[];
  readonly after: FoundPosition | undefined;
  readonly maxItems: number;
}

/** Rows that one statement writes or deletes: well within the time that a server gives a statement. */
const maxRowsPerStatement = 500;

/** Found entries, best first; among equals by kind and id. */
export async function findEntries(database: Database, query: EntryQuery): Promise<FoundEntry[]> {
  const { sql, parameters } = findEntriesSql(query);
  const rows = await database.query<FoundRow>(sql, parameters);
  return rows.map(({ kind, ref_id, name, body, score }) => ({
    kind,
    refId: String(ref_id),
    name,
    body,
    score,
  }));
}

/** The statement of `findEntries`. */
export function findEntriesSql(query: EntryQuery): { sql: string; parameters: (string | number)[] } {
  const { text, words, kinds, after, maxItems } = query;
  const place = after ? 'where (-score, kind, ref_id) > (?, ?, ?)' : '';
  return {
    sql: `select kind, ref_id, name, body, score from search.find(?, ?::tsquery, ?::smallint[]) ${place}
      order by -score, kind, ref_id limit ?`,
    parameters: [
      text,
      words,
      bigintArray(kinds.map(String)),
      ...(after ? [-after.score, after.kind, after.refId] : []),
      maxItems,
    ],
  };
}

/** Whether nothing was ever indexed. */
export async function isIndexEmpty(database: Database): Promise<boolean> {
  const [row] = await database.query<{ current: number }>('select current from search.generation');
  return row?.current === 0;
}

/** A number for a new generation of the index, drawn once. */
export async function drawGeneration(database: Database): Promise<number> {
  const [row] = await database.query<{ last_drawn: number }>(
    'update search.generation set last_drawn = last_drawn + 1 returning last_drawn',
  );
  if (!row) throw new Error('The table search.generation has lost its row.');
  return row.last_drawn;
}

/** Adds entries to a generation that nobody reads yet. */
export async function addEntries(
  database: Database,
  generation: number,
  entries: readonly Entry[],
): Promise<void> {
  const sql = `insert into search.entry (generation, kind, ref_id, name, body)
    select ?, kind, "refId", name, body
    from jsonb_to_recordset(?::jsonb) as given (kind smallint, "refId" bigint, name text, body text)
    on conflict do nothing`;
  for (let start = 0; start < entries.length; start += maxRowsPerStatement) {
    const some = entries.slice(start, start + maxRowsPerStatement);
    await database.query(sql, [generation, JSON.stringify(some)]);
  }
}

/** Lets searches read a complete generation, unless a newer one got there first; then deletes the older ones. */
export async function publishGeneration(database: Database, generation: number): Promise<void> {
  await database.query('update search.generation set current = ? where current < ?', [
    generation,
    generation,
  ]);
  const sql = `delete from search.entry where ctid = any(array(
    select ctid from search.entry where generation < ? limit ${maxRowsPerStatement})) returning 1 as deleted`;
  while ((await database.query(sql, [generation])).length === maxRowsPerStatement);
}

interface FoundRow {
  readonly kind: EntryKind;
  readonly ref_id: string;
  readonly name: string;
  readonly body: string;
  readonly score: number;
}

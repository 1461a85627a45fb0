import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { EntryKind, FoundEntry, FoundPosition } from './entry.ts';

/** A word that somebody typed. All texts are letters and digits, but for the wildcards of `LIKE`. */
export interface AskedWord {
  readonly word: string;
  /** Whether it may be the beginning of a longer word. */
  readonly isPrefix: boolean;
  /** `LIKE` patterns of the words that are one typing error away. */
  readonly near: readonly string[];
  /** Whether words with similar trigrams are meant too. */
  readonly isLong: boolean;
}

export interface EntryQuery {
  readonly words: readonly AskedWord[];
  readonly kinds: readonly EntryKind[];
  readonly after: FoundPosition | undefined;
  readonly maxItems: number;
}

/** Words of the index that one asked word may stand for, in each of the ways. */
const maxMeanings = 50;
/** Entries that are scored: those that have all words in their names first, then by kind and id. */
const maxScored = 1_000;
/** pg_trgm's similarity of a long word with two typing errors: `margarita` and `margherita` have 0.5. */
const minSimilarity = 0.45;

/** Points of an asked word, by how it is met: in a name, or only in the body. */
const points = { exact: [100, 60], prefix: [80, 40], near: [20, 10], similar: [16, 8] } as const;
/** For an entry whose name is nothing but asked words; less than lies between exact and prefix. */
const maxNamePoints = 19;

const liveHalf = '(select live_half from search.index_state)';

const meaningsOf = (way: keyof typeof points, condition: string, order: string) => `(
  select word, ${points[way].join(', ')} from search.word
  where half = ${liveHalf} and ${condition} order by ${order} limit ${maxMeanings})`;

/**
 * `meaning`: which words of the index each asked word may stand for, and their points. `query`: entries that have
 * a meaning of every asked word; nothing where one has no meaning. An entry's score is the sum of its best meaning of
 * each asked word, and up to 19 points for the share of its name that was asked for.
 */
const findSql = `
with asked as (
  select * from jsonb_to_recordset(?::jsonb)
    as asked (no integer, word text, prefix text, near text[], long text)
), meaning as materialized (
  select asked.no, found.word, max(name_points) as name_points, max(body_points) as body_points
  from asked cross join lateral (
    ${meaningsOf('exact', 'word = asked.word', 'word')}
    union all ${meaningsOf('prefix', 'word like asked.prefix', 'char_length(word), word')}
    union all ${meaningsOf('near', 'word like any (asked.near)', 'char_length(word), word')}
    union all ${meaningsOf(
      'similar',
      `word operator(public.%) asked.long and public.similarity(word, asked.long) >= ${minSimilarity}`,
      'public.similarity(word, asked.long) desc, word',
    )}
  ) as found (word, name_points, body_points)
  group by asked.no, found.word
), query as materialized (
  select string_agg(anywhere, ' & ')::tsquery as anywhere, string_agg(in_name, ' & ')::tsquery as in_name
  from (
    select '(' || string_agg(quote_literal(word), ' | ') || ')' as anywhere,
      '(' || string_agg(quote_literal(word) || ':A', ' | ') || ')' as in_name
    from meaning group by no
  ) as choice
  having count(*) = (select count(*) from asked)
), candidate as (
  select kind, ref_id, name, body, words from search.entry
  where half = ${liveHalf} and kind = any(?::smallint[]) and words @@ (select anywhere from query)
  order by words @@ (select in_name from query) desc, kind, ref_id limit ${maxScored}
), scored as (
  select kind, ref_id, name, body, hit.words,
    (hit.points + least(${maxNamePoints}, ${maxNamePoints} * hit.in_name
      / greatest(1, length(ts_filter(candidate.words, '{a}')))))::integer as score
  from candidate cross join lateral (
    select sum(best.points) as points, count(*) filter (where best.in_name) as in_name,
      string_agg(best.words, ' ') as words
    from (
      select max(case when 'A' = any(lexeme.weights) then name_points else body_points end) as points,
        bool_or('A' = any(lexeme.weights)) as in_name, string_agg(meaning.word, ' ') as words
      from unnest(candidate.words) as lexeme (word, positions, weights)
      join meaning on meaning.word = lexeme.word collate "C"
      group by meaning.no
    ) as best
  ) as hit
)
select kind, ref_id, name, body, words, score, order_count
from scored cross join lateral (
  select coalesce(max(order_count), 0) as order_count from search.popularity
  where popularity.kind = scored.kind and popularity.ref_id = scored.ref_id
) as counted`;

/** Found entries, best first; among equals those that were ordered more often, then by kind and id. */
export async function findEntries(database: Database, query: EntryQuery): Promise<FoundEntry[]> {
  const { sql, parameters } = findEntriesSql(query);
  const rows = await database.query<FoundRow>(sql, parameters);
  return rows.map(({ ref_id, order_count, words, ...row }) => ({
    ...row,
    refId: ref_id,
    orderCount: order_count,
    words: words.split(' '),
  }));
}

/** The statement of `findEntries`. */
export function findEntriesSql(query: EntryQuery): { sql: string; parameters: (string | number)[] } {
  const { words, kinds, after, maxItems } = query;
  const asked = words.map(({ word, isPrefix, near, isLong }, no) => ({
    no,
    word,
    prefix: isPrefix ? `${word}%` : null,
    near,
    long: isLong ? word : null,
  }));
  return {
    sql: `${findSql} ${after ? 'where (-score, -order_count, kind, ref_id) > (?, ?, ?, ?)' : ''}
      order by -score, -order_count, kind, ref_id limit ?`,
    parameters: [
      JSON.stringify(asked),
      bigintArray(kinds),
      ...(after ? [-after.score, -after.orderCount, after.kind, after.refId] : []),
      maxItems,
    ],
  };
}

interface FoundRow {
  readonly kind: EntryKind;
  readonly ref_id: string;
  readonly name: string;
  readonly body: string;
  readonly words: string;
  readonly score: number;
  readonly order_count: number;
}

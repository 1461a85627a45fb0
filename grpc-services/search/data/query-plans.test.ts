import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askedWords } from '../domain/asked-words.ts';
import { createSearchTestBed, type SearchTestBed } from '../search-test-bed.ts';
import { findEntriesSql } from './find-entries.ts';

describe('a search among many entries', () => {
  let bed: SearchTestBed;
  before(async () => {
    bed = await createSearchTestBed();
    const { database } = bed.deps;
    await database.query(`
      insert into search.entry (half, kind, ref_id, name, body, words)
      select 0, 1 + n % 2, n, 'Goods ' || n, '', ('goods' || n % 7000 || ':1A menu:1')::tsvector
      from generate_series(1, 20000) as n`);
    await database.query(`
      insert into search.word (half, word)
      select 0, lexeme from search.entry, unnest(tsvector_to_array(words)) as lexeme on conflict do nothing`);
    await database.query(
      `insert into search.word (half, word) select 0, md5(n::text) from generate_series(1, 20000) as n`,
    );
    await database.query('analyze search.entry_0, search.word_0');
  });
  after(() => bed.stop());

  it('reads entries by their words and words by their trigrams, never a whole table', async () => {
    const words = askedWords('gods77 magherita piza');
    const after = { score: 100, orderCount: 3, kind: 1, refId: '5' } as const;
    const { sql, parameters } = findEntriesSql({ words, kinds: [1, 2], after, maxItems: 21 });
    const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /Bitmap Index Scan on entry_0_by_words/, plan);
    assert.equal(plan.match(/Bitmap Index Scan on word_0_by_trigrams/g)?.length, 3, plan);
    assert.match(plan, /Index Only Scan using word_0_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan on (entry_0|word_0)/, plan);
  });
});

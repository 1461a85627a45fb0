import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { HitKind } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { findEntriesSql } from '../data/entry-store.ts';
import { createSearchTestBed } from '../search-test-bed.ts';

describe('search', () => {
  let bed: Awaited<ReturnType<typeof createSearchTestBed>>;
  before(async () => {
    bed = await createSearchTestBed();
  });
  after(() => bed.stop());
  beforeEach(async () => {
    await bed.index({
      'Pizza Nonna': ['Margherita', 'Pizza Bianca', 'Tiramisù'],
      'Sushi Umi': ['Salmon Maki', 'Miso Soup'],
      Pizza: [],
      'Café Müller': ['Cheese Cake'],
    });
    bed.statements.length = 0;
    bed.rpcs.length = 0;
  });

  it('puts the very name first, then names that begin with the text, then the others', async () => {
    assert.deepEqual((await bed.find('pizza')).slice(0, 3), ['Pizza', 'Pizza Nonna', 'Pizza Bianca']);
  });

  it('forgives typing errors and case, and finds umlauts', async () => {
    assert.ok((await bed.find('PIZA')).includes('Pizza Nonna'));
    assert.ok((await bed.find('suhsi')).includes('Sushi Umi'));
    assert.ok((await bed.find('margerita')).includes('Margherita'));
    assert.deepEqual(await bed.find('müller'), ['Café Müller']);
  });

  it('takes the last word as the beginning of one, and the words in any order', async () => {
    assert.deepEqual((await bed.find('cake che'))[0], 'Cheese Cake');
  });

  it('finds nothing for nonsense, or for signs alone', async () => {
    assert.deepEqual(await bed.find('qqqqxxxx'), []);
    assert.deepEqual(await bed.find("':* & | !"), []);
  });

  it('tells shops and goods apart, and looks for one kind only where that is asked', async () => {
    const { edges } = await bed.api.search({ text: 'pizza', kinds: [HitKind.GOODS], first: 10 }, callBy());
    assert.deepEqual(
      edges.map(({ hit }) => [hit?.kind, hit?.id]),
      [[HitKind.GOODS, '1000002']],
    );
  });

  it('marks the matches', async () => {
    const { edges } = await bed.api.search({ text: 'bianca', kinds: [], first: 1 }, callBy());
    assert.equal(edges[0]?.hit?.highlight, 'Pizza \uE000Bianca\uE001');
  });

  it('pages without gaps or duplicates, one statement a page', async () => {
    await bed.index({ Noodles: Array.from({ length: 25 }, (_, n) => `Noodle Soup ${n}`) });
    bed.statements.length = 0;
    const found: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 6; page++) {
      const { edges, hasNextPage } = await bed.api.search(
        { text: 'noodle', kinds: [], first: 5, after },
        callBy(),
      );
      found.push(...edges.map(({ hit }) => `${hit?.kind} ${hit?.id}`));
      after = edges.at(-1)?.cursor;
      assert.equal(hasNextPage, page < 5);
    }
    assert.equal(found.length, 26);
    assert.equal(new Set(found).size, 26);
    assert.equal(bed.statements.length, 6);
  });

  it('refuses empty, long and broken texts, page sizes and cursors by name', async () => {
    const ask = (request: object) => bed.api.search({ text: 'x', kinds: [], first: 1, ...request }, callBy());
    await assert.rejects(ask({ text: '  ' }), violates('text'));
    await assert.rejects(ask({ text: 'x'.repeat(101) }), violates('text'));
    await assert.rejects(ask({ text: 'a\u0000b' }), violates('text'));
    await assert.rejects(ask({ first: 101 }), violates('first'));
    await assert.rejects(ask({ after: 'made up' }), violates('after'));
  });

  it('uses the indexes', async () => {
    await bed.deps.database.transaction(async (em) => {
      await em.execute('set local enable_seqscan = off');
      const [plan] = await em.execute<{ 'QUERY PLAN': string }[]>(
        `explain select 1 from search.entry e
         where e.words @@ to_tsquery('simple', 'pizza') or 'piza' operator(public.<%) e.name`,
      );
      assert.match(JSON.stringify(plan), /Bitmap Heap Scan/);
    });
    assert.match(
      findEntriesSql({ text: 'x', words: 'x', kinds: [1], after: undefined, maxItems: 2 }).sql,
      /limit \?/,
    );
  });
});

describe('reindex', () => {
  let bed: Awaited<ReturnType<typeof createSearchTestBed>>;
  before(async () => {
    bed = await createSearchTestBed();
  });
  after(() => bed.stop());

  it('reads shops and goods a hundred at a time, and counts them', async () => {
    const shops = Array.from({ length: 150 }, (_, n) => [
      `Shop ${n}`,
      n === 7 ? Array(230).fill('Soup') : ['Tea'],
    ]);
    bed.rpcs.length = 0;
    assert.deepEqual(await bed.index(Object.fromEntries(shops)), { shops: 150, goods: 230 + 149 });
    assert.deepEqual(bed.rpcs.filter((rpc) => rpc === 'listShops').length, 2);
    assert.equal(bed.rpcs.length, 2 + 3 + 1);
  });

  it('replaces what was there, and leaves one generation', async () => {
    await bed.index({ Old: [] });
    await bed.index({ New: [] });
    assert.deepEqual(await bed.find('old'), []);
    assert.deepEqual(await bed.find('new'), ['New']);
    const rows = await bed.deps.database.query('select distinct generation from search.entry');
    assert.equal(rows.length, 1);
  });

  it('leaves the old index whole when a callee fails half-way', async () => {
    await bed.index({ Whole: ['Bread'] });
    const { listShops } = bed.deps.shops;
    Object.assign(bed.deps.shops, { listShops: () => Promise.reject(new Error('away')) });
    await assert.rejects(bed.index({ Broken: [] }), /away/);
    Object.assign(bed.deps.shops, { listShops });
    assert.deepEqual(await bed.find('whole'), ['Whole']);
    assert.deepEqual(await bed.find('broken'), []);
  });

  it('is for administrators and our own processes', async () => {
    await assert.rejects(bed.admin.reindex({}, callBy()), failsWith('UNAUTHENTICATED'));
    await assert.rejects(bed.admin.reindex({}, callBy(userWith('1', 'MERCHANT'))), failsWith('FORBIDDEN'));
  });
});

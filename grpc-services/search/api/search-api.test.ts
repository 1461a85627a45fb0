import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { violates } from '@tiffin/lib/testing/expect-error';
import { HitKind } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { createSearchTestBed, type SearchTestBed } from '../search-test-bed.ts';

describe('search', () => {
  let bed: SearchTestBed;
  before(async () => {
    bed = await createSearchTestBed();
  });
  after(() => bed.stop());
  beforeEach(() =>
    bed.index({
      'Pizza Nonna': ['Margherita: Tomato, basil', 'Pizza Bianca', 'Tiramisù'],
      'Sushi Umi: Fish and tacos': ['Salmon Maki', 'Salad', 'Miso Soup'],
      Pizza: ['Quattro Formaggi: Pizza with four cheeses'],
      'Café Müller': ['Cheese Cake', 'Surf and Turf', 'Sundae'],
      Pizzaiolo: [],
      'O&#39;Hara\'s "Pub"': ['Fish/Chips'],
    }),
  );

  it('ranks exact words over beginnings, names over descriptions, typing errors last, short names first', async () => {
    assert.deepEqual(await bed.find('pizza'), [
      'Pizza',
      'Pizza Nonna',
      'Pizza Bianca',
      'Pizzaiolo',
      'Pizza with four cheeses',
    ]);
    await bed.index({ Taco: [], Tako: [], Tacos: [], Bar: ['Bowl: A taco', 'Plate: Two tacos'] });
    assert.deepEqual(await bed.find('taco'), ['Taco', 'Tacos', 'A taco', 'Two tacos', 'Tako']);
  });

  it('forgives typing errors, and nothing beyond them', async () => {
    assert.deepEqual(await bed.find('piza'), [
      'Pizza',
      'Pizza Nonna',
      'Pizza Bianca',
      'Pizza with four cheeses',
    ]);
    assert.deepEqual(await bed.find('suhsi'), ['Sushi Umi']);
    assert.deepEqual(await bed.find('samlon'), ['Salmon Maki']);
    assert.deepEqual(await bed.find('margarita'), ['Margherita'], 'two in a long word');
    assert.deepEqual(await bed.find('piza bianka'), ['Pizza Bianca'], 'one in each word');
    assert.deepEqual(await bed.find('xushx'), []);
  });

  it('knows no case and no accents', async () => {
    for (const text of ['Café Müller', 'CAFE MULLER', 'cafe\u0301 mu\u0308ller']) {
      assert.deepEqual(await bed.find(text), ['Café Müller'], text);
    }
    assert.deepEqual(await bed.find('tiramisu'), ['Tiramisù']);
  });

  it('takes the last word as the beginning of one, and the words in any order', async () => {
    assert.deepEqual(await bed.find('cake che'), ['Cheese Cake']);
    assert.deepEqual(await bed.find('che cake'), [], 'only the last');
    assert.deepEqual(await bed.find('umi tacos'), ['Sushi Umi'], 'one in the name, one in the description');
    assert.deepEqual(await bed.find('chips'), ['Fish/Chips']);
  });

  it('finds nothing where one word has no meaning, for nonsense, and for signs alone', async () => {
    for (const text of ['pizza qqqqxxxx', 'qqqqxxxx', "':* & | !", '%', '_____', '\\']) {
      assert.deepEqual(await bed.find(text), [], text);
    }
  });

  it('takes nothing of a text for an operator', async () => {
    for (const text of [
      "maki' | 'pizza",
      'maki & !salmon',
      "o'hara\\'s pub",
      'salmon:* <-> maki',
      'null maki',
    ]) {
      const found = await bed.find(text);
      assert.ok(found.length <= 1, `${text} finds ${found}`);
    }
    assert.deepEqual(await bed.find('salmon & maki'), ['Salmon Maki']);
  });

  it('tells shops and goods apart, and looks for some kinds only where that is asked', async () => {
    const ask = async (...kinds: HitKind[]) => {
      const { edges } = await bed.api.search({ text: 'bianca', kinds, first: 10 }, callBy());
      return edges.map(({ hit }) => [hit?.kind, hit?.id]);
    };
    const bianca = [[HitKind.GOODS, '1000002']];
    assert.deepEqual(await ask(), bianca);
    assert.deepEqual(await ask(HitKind.GOODS), bianca);
    assert.deepEqual(await ask(HitKind.SHOP, HitKind.GOODS), bianca);
    assert.deepEqual(await ask(HitKind.SHOP), []);
  });

  it('marks what it found, typing errors included', async () => {
    const mark = async (text: string) => {
      const { edges } = await bed.api.search({ text, kinds: [], first: 1 }, callBy());
      return edges[0]?.hit?.highlight.replaceAll('\uE000', '[').replaceAll('\uE001', ']');
    };
    assert.equal(await mark('bianca piza'), '[Pizza] [Bianca]');
    assert.equal(await mark('basil'), 'Tomato, [basil]');
    assert.equal(await mark('mul'), 'Café [Müller]');
  });

  it('pages without gaps or duplicates, one statement a page', async () => {
    const goods = Array.from({ length: 25 }, (_, n) => `Noodle Soup ${n}`);
    await bed.index({ Noodles: goods, Noodle: [] });
    bed.statements.length = 0;
    const found: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 6; page++) {
      const request = { text: 'noodle', kinds: [], first: 5, after };
      const { edges, hasNextPage } = await bed.api.search(request, callBy());
      found.push(...edges.map(({ hit }) => `${hit?.kind} ${hit?.id}`));
      after = edges.at(-1)?.cursor;
      assert.equal(hasNextPage, page < 5);
    }
    assert.equal(new Set(found).size, 27);
    assert.equal(found.length, 27);
    assert.equal(found[0], `${HitKind.SHOP} 2`);
    assert.equal(bed.statements.length, 6);
  });

  it('refuses empty, long and broken texts, kinds, page sizes and cursors by name', async () => {
    const ask = (request: object) => bed.api.search({ text: 'x', kinds: [], first: 1, ...request }, callBy());
    await assert.rejects(ask({ text: '  ' }), violates('text'));
    await assert.rejects(ask({ text: 'x'.repeat(101) }), violates('text'));
    await assert.rejects(ask({ text: 'a\u0000b' }), violates('text'));
    await assert.rejects(ask({ kinds: [HitKind.UNSPECIFIED] }), violates('kinds'));
    await assert.rejects(ask({ first: 0 }), violates('first'));
    await assert.rejects(ask({ first: 101 }), violates('first'));
    await assert.rejects(ask({ after: 'made up' }), violates('after'));
    await ask({ text: 'x'.repeat(100) });
  });
});

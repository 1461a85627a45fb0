import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { addEntries, claimIdleHalf, emptyHalf, publishHalf } from '../data/entry-store.ts';
import { type Catalogue, createSearchTestBed, type SearchTestBed } from '../search-test-bed.ts';

describe('reindex', () => {
  let bed: SearchTestBed;
  before(async () => {
    bed = await createSearchTestBed();
  });
  after(() => bed.stop());
  beforeEach(() => {
    bed.rpcs.length = 0;
  });

  /** Takes the claim, as a reindex does that then dies or hangs. */
  async function claim() {
    const nowMs = bed.clock.now();
    const { database } = bed.deps;
    const claimed = await claimIdleHalf(database, nowMs, nowMs + 60_000);
    if (!claimed) assert.fail('somebody else has the claim');
    await emptyHalf(database, claimed, nowMs + 60_000);
    return claimed;
  }

  it('reads shops by the hundred, and the goods of five shops a call', async () => {
    const shops: Catalogue = Object.fromEntries(
      Array.from({ length: 150 }, (_, n) => [`Shop ${n}`, n === 7 ? Array(130).fill('Soup') : ['Tea']]),
    );
    assert.deepEqual(await bed.index(shops), { shops: 150, goods: 130 + 149 });
    const count = (name: string) => bed.rpcs.filter((rpc) => rpc === name).length;
    assert.equal(count('listShops'), 2);
    assert.equal(count('batchListShopGoods'), 20 + 10 + 2, 'two more pages for the shop with many goods');
    const { edges } = await bed.api.search({ text: 'soup', kinds: [], first: 100 }, callBy());
    assert.equal(edges.length, 100);
  });

  it('replaces what was there', async () => {
    await bed.index({ Old: ['Bread'] });
    await bed.index({ New: [] });
    assert.deepEqual(await bed.find('old'), []);
    assert.deepEqual(await bed.find('bread'), []);
    assert.deepEqual(await bed.find('new'), ['New']);
  });

  it('takes no more room the tenth time than the second, on an engine that never vacuums', async () => {
    const catalogue = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`Shop ${n}`, []]));
    const sizes: number[] = [];
    for (let round = 0; round < 10; round++) {
      await bed.index(catalogue);
      const [size] = await bed.deps.database.query<{ bytes: string }>(
        `select sum(pg_total_relation_size(relid)) as bytes from
         (select relid from pg_partition_tree('search.entry') union all select relid from pg_partition_tree('search.word')) as part`,
      );
      sizes.push(Number(size?.bytes));
    }
    assert.equal(sizes[9], sizes[1], `${sizes}`);
  });

  it('leaves the old index whole when a callee fails half-way, and can be tried again at once', async () => {
    await bed.index({ Whole: ['Bread'] });
    const { batchListShopGoods } = bed.deps.goods;
    Object.assign(bed.deps.goods, { batchListShopGoods: () => Promise.reject(new Error('away')) });
    await assert.rejects(bed.index({ Broken: [] }), /away/);
    Object.assign(bed.deps.goods, { batchListShopGoods });
    assert.deepEqual(await bed.find('whole'), ['Whole']);
    assert.deepEqual(await bed.find('bread'), ['Bread']);
    assert.deepEqual(await bed.find('broken'), []);
    await bed.index({ Mended: [] });
    assert.deepEqual(await bed.find('mended'), ['Mended']);
  });

  it('is refused while another one is under way, until that one has been silent for a minute', async () => {
    await bed.index({ Before: [] });
    await claim();
    await assert.rejects(bed.index({ Later: [] }), failsWith('UNAVAILABLE', { retryAfterMs: 2_000 }));
    assert.deepEqual(await bed.find('before'), ['Before'], 'searches know nothing of it');
    await bed.clock.advance(60_000);
    await bed.index({ Later: [] });
    assert.deepEqual(await bed.find('later'), ['Later']);
  });

  it('writes nothing more once its claim has lapsed and another has it', async () => {
    const { database } = bed.deps;
    const lapsed = await claim();
    await bed.clock.advance(60_000);
    await bed.index({ Newer: [] });
    const entry = {
      kind: 1,
      refId: '99',
      name: 'Ghost',
      body: '',
      nameWords: ['ghost'],
      bodyWords: [],
      version: 1,
    } as const;
    await assert.rejects(addEntries(database, lapsed, [entry], 0), { name: 'ClaimLost' });
    await assert.rejects(publishHalf(database, lapsed), { name: 'ClaimLost' });
    assert.deepEqual(await bed.find('ghost'), []);
    assert.deepEqual(await bed.find('newer'), ['Newer']);
  });

  it('keeps its claim for as long as it writes', async () => {
    const { database } = bed.deps;
    const claimed = await claim();
    await bed.clock.advance(59_000);
    await addEntries(
      database,
      claimed,
      [{ kind: 1, refId: '1', name: 'Slow', body: '', nameWords: ['slow'], bodyWords: [], version: 1 }],
      bed.clock.now() + 60_000,
    );
    await bed.clock.advance(59_000);
    await assert.rejects(bed.index({}), failsWith('UNAVAILABLE'));
    await publishHalf(database, claimed);
    assert.deepEqual(await bed.find('slow'), ['Slow']);
  });

  it('ends even where its caller waits no longer', async () => {
    const { listShops } = bed.deps.shops;
    const deadlines: number[] = [];
    Object.assign(bed.deps.shops, {
      listShops: (request: Parameters<typeof listShops>[0], context: Parameters<typeof listShops>[1]) => {
        deadlines.push(context.deadlineMs - bed.clock.now());
        assert.equal(context.identity.kind, 'service');
        return listShops(request, context);
      },
    });
    const impatient = { ...callBy(userWith('3', 'ADMIN')), deadlineMs: 0, signal: AbortSignal.abort() };
    await bed.admin.reindex({}, impatient);
    Object.assign(bed.deps.shops, { listShops });
    assert.deepEqual(deadlines, [5_000]);
  });

  it('is for administrators and our own processes', async () => {
    await assert.rejects(bed.admin.reindex({}, callBy()), failsWith('UNAUTHENTICATED'));
    await assert.rejects(bed.admin.reindex({}, callBy(userWith('1', 'MERCHANT'))), failsWith('FORBIDDEN'));
    await bed.admin.reindex({}, callBy(ownProcess));
  });
});

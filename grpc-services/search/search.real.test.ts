import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { createSearchTestBed, type SearchTestBed } from './search-test-bed.ts';

// The extension comes from the server here, statements have a time-out, and several sessions compete.
describe('search on a PostgreSQL server', () => {
  let postgres: RealPostgres;
  let bed: SearchTestBed;
  before(async () => {
    postgres = await createRealPostgres();
    bed = await createSearchTestBed({ url: postgres.url });
  });
  after(async () => {
    await bed.stop();
    await postgres.drop();
  });

  it('forgives typing errors, knows no case and no accents', async () => {
    await bed.index({ 'Pizza Nonna': ['Margherita'], 'Café Müller': [] });
    assert.deepEqual(await bed.find('piza'), ['Pizza Nonna']);
    assert.deepEqual(await bed.find('margarita'), ['Margherita']);
    assert.deepEqual(await bed.find('CAFE muler'), ['Café Müller']);
  });

  it('indexes texts of full length within the time of its statements', async () => {
    const description = Array.from({ length: 330 }, (_, n) => `w${n * 7}`)
      .join(' ')
      .slice(0, 1_990);
    const goods = Array.from({ length: 500 }, (_, n) => `Goods ${n}: ${description}`);
    assert.deepEqual(await bed.index({ Full: goods }), { shops: 1, goods: 500 });
  });

  it('lets one of several reindexes work and refuses the others; searches find the index whole throughout', async () => {
    const catalogue = { Noodles: Array.from({ length: 300 }, (_, n) => `Noodle Soup ${n}`) };
    await bed.index(catalogue);
    let isRunning = true;
    const reader = (async () => {
      for (let searches = 0; ; searches++) {
        const found = await bed.find('noodle', 100);
        assert.equal(found.length, 100);
        if (!isRunning) return searches;
      }
    })();
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled(Array.from({ length: 4 }, () => bed.index(catalogue)));
      const refused = results.filter(({ status }) => status === 'rejected');
      assert.ok(refused.length < 4);
      for (const result of refused as PromiseRejectedResult[])
        assert.ok(AppError.is(result.reason, 'UNAVAILABLE'), result.reason);
    }
    isRunning = false;
    assert.ok((await reader) > 0);
  });
});

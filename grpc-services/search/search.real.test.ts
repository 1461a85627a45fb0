import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { createSearchTestBed } from './search-test-bed.ts';

// The extension comes from the server here, and several sessions reindex at once.
describe('search on a PostgreSQL server', () => {
  let postgres: RealPostgres;
  let bed: Awaited<ReturnType<typeof createSearchTestBed>>;
  before(async () => {
    postgres = await createRealPostgres();
    bed = await createSearchTestBed({ url: postgres.url });
  });
  after(async () => {
    await bed.stop();
    await postgres.drop();
  });

  it('forgives typing errors', async () => {
    await bed.index({ 'Pizza Nonna': ['Margherita'] });
    assert.deepEqual(await bed.find('piza'), ['Pizza Nonna']);
  });

  it('is whole after several reindexes at once', async () => {
    const catalogue = { Noodles: Array.from({ length: 300 }, (_, n) => `Noodle Soup ${n}`) };
    await Promise.all(Array.from({ length: 4 }, () => bed.index(catalogue)));
    const [count] = await bed.deps.database.query<{ entries: string }>(
      'select count(*) as entries from search.entry where generation = (select current from search.generation)',
    );
    assert.equal(Number(count?.entries), 301);
  });
});

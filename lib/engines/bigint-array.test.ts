import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../testing/test-database.ts';
import { bigintArray } from './bigint-array.ts';

test('PostgreSQL reads the numbers as they were', async () => {
  const { database, stop } = await openTestDatabase({ schema: 'lists', entities: [], migrations: [] });
  for (const values of [[], ['9223372036854775807', '0'], [7, -7]]) {
    const [row] = await database.query<{ list: string[] }>('select ?::bigint[] as list', [
      bigintArray(values),
    ]);
    assert.deepEqual(row?.list, values.map(String));
  }
  await stop();
});

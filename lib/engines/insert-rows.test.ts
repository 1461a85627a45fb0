import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { defineEntity, p } from '@mikro-orm/core';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { insertRows } from './insert-rows.ts';

const Cow = defineEntity({
  name: 'Cow',
  schema: 'farm',
  tableName: 'cow',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    petName: p.text().nullable(),
    bornAt: p.datetime(),
    calfIds: p.array(String).columnType('bigint[]'),
    tags: p.array().$type<string[]>().columnType('text[]'),
    breed: p.character().length(3),
    litres: p.integer().default(7),
  },
});

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase({ schema: 'farm', entities: [Cow], migrations: [] });
  await bed.database.query(
    `create table farm.cow (
      id bigint primary key, pet_name text, born_at timestamptz not null, calf_ids bigint[] not null,
      tags text[] not null, breed char(3) not null, litres integer not null default 7)`,
  );
});
after(() => bed.stop());
beforeEach(() => bed.database.query('truncate farm.cow'));

const cow = (n: number) => ({
  id: String(2n ** 60n + BigInt(n)),
  petName: n % 2 === 0 ? `"Berta" {${n}} \\ it's? ü` : null,
  bornAt: new Date(1_900_000_000_000 + n),
  calfIds: n % 3 === 0 ? [] : ['1', String(2n ** 62n)],
  tags: ['a,b', '"c"', 'null'],
  breed: 'HOL',
});

test('every kind of value arrives as it was, in its order, and what was not given has its default', async () => {
  const cows = Array.from({ length: 2_500 }, (_, index) => cow(index));
  const told: number[] = [];
  await bed.database.transaction((em) => insertRows(em, Cow, cows, (count) => told.push(count)));
  assert.deepEqual(told, [1_000, 1_000, 500]);
  const found = await bed.database.fork().findAll(Cow, { orderBy: { id: 'asc' } });
  assert.deepEqual(
    found.map((each) => ({ ...each })),
    cows.map((each) => ({ ...each, litres: 7 })),
  );
});

test('the planner knows of the rows', async () => {
  const cows = Array.from({ length: 2_000 }, (_, index) => cow(index));
  await bed.database.transaction((em) => insertRows(em, Cow, cows));
  const [found] = await bed.database.query("select reltuples from pg_class where oid = 'farm.cow'::regclass");
  assert.deepEqual(found, { reltuples: 2_000 });
});

test('no rows insert nothing', async () => {
  await bed.database.transaction((em) => insertRows(em, Cow, [], () => assert.fail()));
});

test('a bad row fails the whole', async () => {
  const twice = [cow(1), cow(1)];
  await assert.rejects(
    bed.database.transaction((em) => insertRows(em, Cow, twice)),
    { code: '23505' },
  );
  assert.deepEqual(await bed.database.query('select id from farm.cow'), []);
});

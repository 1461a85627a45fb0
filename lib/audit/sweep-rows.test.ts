import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { allFindings } from './all-findings.ts';
import { MAX_FINDINGS } from './finding.ts';
import { sweepRows } from './sweep-rows.ts';

let ids: number[];
let reads: number;
beforeEach(() => {
  ids = [1, 2, 3, 4, 5];
  reads = 0;
});

/** Finds each row, two on a page. */
const sweep = () =>
  sweepRows<number>(
    async (after = 0) => {
      reads += 1;
      return ids
        .filter((id) => id > after)
        .toSorted((one, other) => one - other)
        .slice(0, 2);
    },
    (id) => [{ unit: `row ${id}`, problem: 'is there' }],
    2,
  );
const unitsOf = (findings: readonly { unit: string }[]) => findings.map(({ unit }) => Number(unit.slice(4)));

test('all rows are looked at, each once', async () => {
  assert.deepEqual(unitsOf(await allFindings(sweep())), [1, 2, 3, 4, 5]);
  ids = [];
  assert.deepEqual(await allFindings(sweep()), []);
});

test('what comes behind the position is seen by this sweep, and what comes before it by the next', async () => {
  ids = [10, 20, 30];
  const seen: number[] = [];
  for await (const findings of sweep()) {
    seen.push(...unitsOf(findings));
    if (seen.length === 2) ids.push(15, 25, 40);
  }
  assert.deepEqual(seen, [10, 20, 25, 30, 40]);
  assert.deepEqual(unitsOf(await allFindings(sweep())), [10, 15, 20, 25, 30, 40]);
});

test('rows that go, the one at the position too, take none of the others with them', async () => {
  const seen: number[] = [];
  for await (const findings of sweep()) {
    seen.push(...unitsOf(findings));
    if (seen.length === 2) ids = [4, 5];
  }
  assert.deepEqual(seen, [1, 2, 4, 5]);
});

test('a table that grows while it is read does not keep a sweep from its end', async () => {
  let pages = 0;
  for await (const _ of sweep()) {
    ids.push(ids.length + 1);
    assert.ok(++pages < 10);
  }
  assert.equal(pages, ids.length - 5);
});

test('who wants all findings has enough some time', async () => {
  ids = Array.from({ length: 1_000 }, (_, index) => index + 1);
  assert.equal((await allFindings(sweep())).length, MAX_FINDINGS);
  assert.equal(reads, MAX_FINDINGS / 2);
});

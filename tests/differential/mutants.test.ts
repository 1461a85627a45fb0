import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mutants } from './mutants.ts';
import { runMutant } from './run-mutant.ts';

const runSeed = 1;
/** The slowest to be found takes 281. */
const cases = 500;

describe('a broken rule of the executor is found by the random cases', { concurrency: 3 }, () => {
  test('without a broken rule they pass', async () => {
    const { isRed, found } = await runMutant({ cases, runSeed });
    assert.equal(isRed, false, found);
  });

  for (const mutant of mutants) {
    test(mutant.name, async (t) => {
      const { isRed, found } = await runMutant({ mutant, cases, runSeed });
      t.diagnostic(found);
      assert.ok(isRed, `${cases} cases did not find it.`);
    });
  }
});

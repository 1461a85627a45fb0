import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { mutants } from './mutants.ts';
import { runMutant } from './run-mutant.ts';

const rootDir = dirname(dirname(import.meta.dirname));
const runSeed = 1;
const cases = 1_000;

describe('a broken rule of the executor is found by the random cases', { concurrency: 3 }, () => {
  test('the copy without a broken rule passes', async () => {
    const { isRed, found } = await runMutant({ rootDir, cases, runSeed });
    assert.equal(isRed, false, found);
  });

  for (const mutant of mutants) {
    test(mutant.name, async (t) => {
      const { isRed, found } = await runMutant({ rootDir, mutant, cases, runSeed });
      t.diagnostic(found);
      assert.ok(isRed, `${cases} cases did not find it.`);
    });
  }
});

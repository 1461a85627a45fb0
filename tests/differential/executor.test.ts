import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomCase } from './case.ts';
import { createPair } from './case-worker.ts';
import { describeCoverage } from './coverage.ts';
import { describeFailure } from './describe-failure.ts';
import { runAllSupergraphs } from './run-all-supergraphs.ts';
import { compareCase } from './run-cases.ts';
import { shrinkCase } from './shrink-case.ts';

const MAX_PRINTED_FAILURES = 5;

// A fixed seed by default: a build that goes red does so because of its change. To look for more, give other seeds:
//   DIFFERENTIAL_SEED=7 DIFFERENTIAL_CASES=50000 node --test tests/differential/executor.test.ts
// `npm test` ends a test after 240 seconds.
const runSeed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
const cases = Number(process.env['DIFFERENTIAL_CASES'] ?? 5_000);
const replayed = process.env['DIFFERENTIAL_CASE'];

test('our executor answers random operations as the oracle does', {
  skip: replayed !== undefined,
}, async (t) => {
  const report = await runAllSupergraphs({ runSeed, cases });
  t.diagnostic(
    `${report.cases} cases with the seed ${runSeed}:\n${describeCoverage(report.coverage, report.cases)}`,
  );
  const printed = report.failures.slice(0, MAX_PRINTED_FAILURES).join('\n\n');
  assert.equal(
    report.failures.length,
    0,
    `${report.failures.length} chunks failed, seed ${runSeed}.\n${printed}`,
  );
  assert.ok(report.cases >= cases);
});

test('one case again', { skip: replayed === undefined && 'no DIFFERENTIAL_CASE is given' }, async () => {
  const [supergraph = '', seed = ''] = (replayed ?? '').split(':');
  const pair = await createPair(supergraph);
  try {
    const failing = randomCase(pair, supergraph, Number(seed));
    const fails = async (candidate: typeof failing) =>
      (await compareCase(pair, candidate)).differences.length > 0;
    if (!(await fails(failing))) return;
    const smallest = await shrinkCase(failing, { schema: pair.schema, stillFails: fails });
    assert.fail(await describeFailure(pair, failing, smallest));
  } finally {
    await pair.stop();
  }
});

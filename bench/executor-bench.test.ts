import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, test } from 'node:test';
import { benchCases, readmeQuery } from './bench-case.ts';
import { measures } from './compare-executors.ts';
import { spreadOf } from './cpu-time.ts';
import { maxRatio, printReport, type Report, type Verdict, verdictOf } from './print-report.ts';

describe('a short run of the bench', () => {
  let exitCode: number | null;
  let output: string;
  let report: Report & { readonly verdict: Verdict };
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tiffin-bench-'));
    after(() => rm(folder, { recursive: true }));
    const json = join(folder, 'report.json');
    const bench = join(import.meta.dirname, 'executor-bench.ts');
    const args = [bench, '--rounds', '1', '--kilobytes', '300', '--json', json];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    output = await text(child.stdout);
    [exitCode] = await ended;
    report = JSON.parse(await readFile(json, 'utf8'));
  });

  it('measures every operation on responses that are the same under both executors', () => {
    assert.deepEqual(
      report.comparisons.map(({ name }) => name),
      benchCases().map(({ name }) => name),
    );
    for (const { name, responseBytes, responseHash } of report.comparisons) {
      assert.match(responseHash.apollo, /^[0-9a-f]{64}$/);
      assert.equal(responseHash.compiled, responseHash.apollo, name);
      assert.ok(responseBytes > 100, name);
    }
  });

  it('computes its ratios of what it measured', () => {
    for (const { measured } of report.comparisons) {
      for (const measure of measures) {
        const { apollo, compiled, ratio } = measured[measure];
        assert.ok(apollo.median > 0 && compiled.median > 0);
        assert.equal(ratio, compiled.median / apollo.median);
      }
    }
  });

  it('finds the compiled executor far below Apollo’s, whatever else the machine does', () => {
    assert.ok(report.verdict.ratio < 0.6, `${report.verdict.ratio}`);
  });

  it('prints the table, the parts and the verdict, and ends with 1 where the bar is missed', () => {
    for (const { name } of report.comparisons)
      assert.match(output, new RegExp(`^${name} .*\\d\\.\\d{3}$`, 'm'));
    for (const part of ['lookup', 'overhead of a fetch', 'merge', 'shape', 'JSON.stringify']) {
      assert.match(output, new RegExp(`^${part}.* \\d`, 'm'));
    }
    assert.match(output, report.verdict.holds ? /^The bar holds/m : /^THE BAR IS MISSED/m);
    assert.equal(exitCode, report.verdict.holds ? 0 : 1);
  });

  it('misses the bar just above it', () => {
    const withRatio = (ratio: number): Report => ({
      ...report,
      comparisons: report.comparisons.map((comparison) =>
        comparison.name === readmeQuery
          ? {
              ...comparison,
              measured: { ...comparison.measured, run: { ...comparison.measured.run, ratio } },
            }
          : comparison,
      ),
    });
    assert.equal(verdictOf(withRatio(maxRatio)).holds, true);
    assert.equal(verdictOf(withRatio(maxRatio + 0.001)).holds, false);
    assert.match(printReport(withRatio(0.3)), /THE BAR IS MISSED.*measured 0\.300/);
  });
});

test('a spread has the middle of its values, or between the two in the middle', () => {
  assert.deepEqual(spreadOf([5, 1, 3]), { median: 3, min: 1, max: 5 });
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
  assert.throws(() => spreadOf([]), /Nothing/);
});

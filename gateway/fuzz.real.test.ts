import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFuzzBed } from './testing/fuzz-bed.ts';

const requests = 100_000;

const timeoutMs = 450_000;

test('a hundred thousand of them: each is answered in form, none takes the gateway’s thread for 50 ms', {
  timeout: timeoutMs,
}, async (t) => {
  const bed = await startFuzzBed();
  t.after(() => bed.stop());
  const report = await bed.run(1, 0, requests);
  t.diagnostic(JSON.stringify({ ...report, worst: JSON.stringify(report.worst).slice(0, 300) }));
  assert.ok(report.worstTurnMs < 50, JSON.stringify(report.worst).slice(0, 5_000));
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findTestFiles, runTestFiles } from './run-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiffin-run-tests-'));
const header = "import { describe, test } from 'node:test';\n";
const fixtures = {
  'passes.test.ts':
    "describe('s', () => { test('a', () => {}); test.skip('b', () => {}); test.todo('c'); });",
  'nested.test.ts':
    "test('p', async (t) => { await t.test('x', () => {}); await t.test('y', () => { throw new Error('y broke'); }); });",
  'hangs.test.ts': "test('h', () => { for (;;); });",
  'leaks.test.ts': "setInterval(() => {}, 1000); process.on('SIGTERM', () => {}); test('ok', () => {});",
  'late.test.ts': "test('ok', () => { setTimeout(() => { throw new Error('too late'); }, 20); });",
  'unloadable.test.ts': "import './missing.ts';",
  'empty.test.ts': '',
};

before(() => {
  for (const [name, source] of Object.entries(fixtures)) writeFileSync(join(folder, name), header + source);
});
after(() => rmSync(folder, { recursive: true }));

async function run(...names: (keyof typeof fixtures)[]) {
  const lines: string[] = [];
  const files = names.map((name) => join(folder, name));
  const exitCode = await runTestFiles(files, {
    fileTimeoutMs: 5_000,
    lingerMs: 1_000,
    print: (line) => lines.push(line),
  });
  return { exitCode, last: lines.at(-1), text: lines.join('\n') };
}

test('counts leaf tests only, skipped ones apart', async () => {
  const { exitCode, last } = await run('passes.test.ts');
  assert.deepEqual({ exitCode, last }, { exitCode: 0, last: '1 passed, 0 failed, 2 skipped' });
});

test('a failing subtest counts once and is printed with its path and error', async () => {
  const { exitCode, last, text } = await run('nested.test.ts', 'passes.test.ts');
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '2 passed, 1 failed, 2 skipped' });
  assert.match(text, /p › y\n.*nested\.test\.ts:2\n\s+Error: y broke/);
});

test('a file that hangs, leaves a timer behind, throws late, does not load or is empty fails', async () => {
  const { exitCode, text, last } = await run(
    'hangs.test.ts',
    'leaks.test.ts',
    'late.test.ts',
    'unloadable.test.ts',
    'empty.test.ts',
  );
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '2 passed, 5 failed' });
  assert.match(text, /hangs\.test\.ts\n.*It was still running after 5 s/);
  assert.match(text, /leaks\.test\.ts\n.*All its tests have ended, but it did not exit/);
  assert.match(text, /too late/);
  assert.match(text, /Cannot find module/);
  assert.match(text, /The file holds no test\./);
});

test('a run without any test fails', async () => {
  const { exitCode, last } = await run();
  assert.deepEqual({ exitCode, last }, { exitCode: 1, last: '0 passed, 0 failed' });
});

test('finds files by part of their path, the real ones apart', () => {
  assert.deepEqual(findTestFiles({ real: false, patterns: ['scripts/run-tests'] }), [
    'scripts/run-tests.test.ts',
  ]);
  assert.deepEqual(findTestFiles({ real: true, patterns: ['scripts/run-tests'] }), []);
});

test('files that need the machine for themselves come last', async () => {
  const lines: string[] = [];
  const [alone = '', ...others] = ['passes.test.ts', 'late.test.ts', 'empty.test.ts'].map((name) =>
    join(folder, name),
  );
  await runTestFiles([alone, ...others], {
    fileTimeoutMs: 5_000,
    lingerMs: 1_000,
    isAlone: (file) => file === alone,
    print: (line) => lines.push(line),
  });
  const reports = lines.filter((line) => /^[✔✖]/.test(line));
  assert.equal(reports.length, 3);
  assert.ok(reports.at(-1)?.includes('passes.test.ts'));
});

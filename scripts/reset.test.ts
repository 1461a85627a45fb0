import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeOwnerLock } from '@tiffin/lib/engines/owner-lock';

function setUp(t: { after(fn: () => void): void }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tiffin-reset-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17');
  writeFileSync(join(dataDir, 'my-notes.txt'), 'not ours');
  const reset = (env: Record<string, string> = {}) => {
    const options = { env: { ...process.env, ...env, DATA_DIR: dataDir }, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, [join(import.meta.dirname, 'reset.ts')], options);
  };
  return { dataDir, reset };
}

test('removes what Tiffin made, leaves the rest, and may run again', (t) => {
  const { dataDir, reset } = setUp(t);
  assert.match(reset().stdout, /Removed postgres/);
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => !name.startsWith('owner.')),
    ['my-notes.txt'],
  );
  const again = reset({ DATABASE_URL: 'postgres://joe:hunter2@db/x' });
  assert.match(again.stdout, /Nothing to remove[\s\S]*DATABASE_URL is set: servers are never wiped/);
  assert.doesNotMatch(again.stdout + again.stderr, /hunter2/);
  assert.equal(again.status, 0);
});

test('refuses while a process uses the data, and names it', (t) => {
  const { dataDir, reset } = setUp(t);
  const lock = takeOwnerLock(dataDir);
  const refused = reset();
  lock.release();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, new RegExp(`Nothing was removed.*process ${process.pid} `));
  assert(readdirSync(dataDir).includes('postgres'));
});

import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { ensureProgram, findProgram } from './ensure-program.ts';

function setPath(t: { after(fn: () => void): void }, path: string): void {
  const before = process.env.PATH;
  process.env.PATH = path;
  t.after(() => {
    process.env.PATH = before;
  });
}

test('finds a program on the PATH, and installs nothing then', (t) => {
  setPath(t, dirname(process.execPath));
  const name = basename(process.execPath);
  const print = () => assert.fail('nothing is to be installed');
  assert.equal(ensureProgram(name, 'nodejs', print), process.execPath);
});

test('says what to install where apt-get cannot do it', (t) => {
  setPath(t, '');
  assert.equal(findProgram('redis-server'), undefined);
  assert.throws(
    () => ensureProgram('redis-server', 'redis-server', () => {}),
    /redis-server is not on the PATH\. Install it, e\.g\. with: sudo apt-get install redis-server/,
  );
});

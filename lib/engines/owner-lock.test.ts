import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DataDirectoryOwned, takeOwnerLock } from './owner-lock.ts';

const RACERS = 8;

describe('owner lock', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tiffin-lock-'));
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** A process that tries to take the lock, says how it went, and then stays alive. */
  async function startTaker(dir: string): Promise<{ child: ChildProcess; outcome: string }> {
    const module = JSON.stringify(new URL('./owner-lock.ts', import.meta.url).href);
    const script = `
      import { takeOwnerLock } from ${module};
      try {
        takeOwnerLock(${JSON.stringify(dir)});
        setTimeout(() => { globalThis.gc(); console.log('owner'); }, 10);
      } catch (error) { console.log(error.name); }
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [chunk] = await once(child.stdout, 'data');
    return { child, outcome: String(chunk).trim() };
  }

  it('refuses a second owner with a sentence that names the first', () => {
    const lock = takeOwnerLock(dataDir);
    assert.throws(() => takeOwnerLock(dataDir), {
      name: 'DataDirectoryOwned',
      message: new RegExp(`in use by process ${process.pid} on .*DATA_DIR.*DATABASE_URL`),
    });
    lock.release();
    lock.release();
    takeOwnerLock(dataDir).release();
  });

  it('is held against other processes, even when nobody keeps the returned object', async () => {
    const { child, outcome } = await startTaker(dataDir);
    assert.equal(outcome, 'owner');
    assert.throws(() => takeOwnerLock(dataDir), { message: new RegExp(`process ${child.pid} `) });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('is free at once after SIGKILL of its owner, also when the pid of the dead owner lives again', async () => {
    const { child } = await startTaker(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const ownerFile = join(dataDir, 'owner.json');
    const leftBehind = JSON.parse(readFileSync(ownerFile, 'utf8'));
    assert.equal(leftBehind.pid, child.pid);
    writeFileSync(ownerFile, JSON.stringify({ ...leftBehind, pid: process.ppid }));
    const lock = takeOwnerLock(dataDir);
    assert.equal(JSON.parse(readFileSync(ownerFile, 'utf8')).pid, process.pid);
    lock.release();
  });

  it('goes to exactly one of several processes that race for a dead owner’s directory', async () => {
    const { child } = await startTaker(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const racers = await Promise.all(Array.from({ length: RACERS }, () => startTaker(dataDir)));
    const outcomes = racers.map((racer) => racer.outcome).sort();
    assert.deepEqual(outcomes, [...Array(RACERS - 1).fill(DataDirectoryOwned.name), 'owner']);
  });
});

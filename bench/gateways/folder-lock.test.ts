import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FolderLockOptions, isProcessRunning, withFolderLock } from './folder-lock.ts';

const home = mkdtempSync(join(tmpdir(), 'tiffin-lock-'));
after(() => rmSync(home, { recursive: true }));

const optionsOf = (name: string, others: Partial<FolderLockOptions> = {}): FolderLockOptions => ({
  folder: join(home, 'not', 'yet', name),
  pid: 1,
  isRunning: () => true,
  waiting: () => {},
  wait: async () => {},
  maxWaits: 3,
  ...others,
});

function held(name: string, pid: string): void {
  mkdirSync(optionsOf(name).folder, { recursive: true });
  writeFileSync(join(optionsOf(name).folder, 'pid'), pid);
}

test('the second waits until the first is done, and says once for whom', async () => {
  const done: string[] = [];
  const asked: (number | undefined)[] = [];
  const finish = Promise.withResolvers<void>();
  const first = withFolderLock(optionsOf('two', { pid: 7 }), async () => {
    await finish.promise;
    done.push('first');
  });
  let waits = 0;
  const wait = async () => {
    if (++waits < 3) return;
    finish.resolve();
    await first;
  };
  const waiting = (pid: number | undefined) => void asked.push(pid);
  await withFolderLock(optionsOf('two', { pid: 8, waiting, wait }), async () => void done.push('second'));
  assert.deepEqual(done, ['first', 'second']);
  assert.deepEqual(asked, [7]);
  assert.equal(existsSync(optionsOf('two').folder), false);
});

test('it is given back by who fails', async () => {
  const fails = withFolderLock(optionsOf('failed'), () => Promise.reject(new Error('npm')));
  await assert.rejects(fails, /npm/);
  assert.equal(await withFolderLock(optionsOf('failed'), async () => 'free'), 'free');
});

test('a process that has ended loses it', async () => {
  held('dead', '99');
  const asked: number[] = [];
  const isRunning = (pid: number) => {
    asked.push(pid);
    return false;
  };
  assert.equal(await withFolderLock(optionsOf('dead', { isRunning }), async () => 'taken'), 'taken');
  assert.deepEqual(asked, [99, 99]);
});

test('who was found dead, and has been followed by another meanwhile, loses nothing', async () => {
  held('followed', '99');
  const isRunning = (pid: number) => {
    if (pid === 99) held('followed', '100');
    return pid !== 99;
  };
  const options = optionsOf('followed', { isRunning });
  await assert.rejects(
    withFolderLock(options, async () => {}),
    /still held/,
  );
  assert.equal(existsSync(join(options.folder, 'pid')), true);
});

test('nobody waits for ever, not even for one without a number', async () => {
  held('nobody', '');
  let waits = 0;
  const wait = async () => void waits++;
  const taken = withFolderLock(optionsOf('nobody', { wait, isRunning: () => false }), async () => {});
  await assert.rejects(taken, /nobody is still held; remove it if nobody uses it/);
  assert.equal(waits, 3);
});

test('this process runs', () => {
  assert.equal(isProcessRunning(process.pid), true);
  assert.equal(isProcessRunning(2 ** 30), false);
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FolderLockOptions {
  /** It is there as long as somebody has the lock, with the number of their process in it. */
  readonly folder: string;
  /** The number of this process. */
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  /** Called once, where somebody else has the lock. */
  readonly waiting: (pid: number | undefined) => void;
  /** Passes between two looks. */
  readonly wait: () => Promise<unknown>;
  readonly maxWaits: number;
}

/**
 * Does work while no other process of this machine does any under the same lock. Whose process has ended without giving
 * the lock back loses it.
 * @throws Error with a sentence where the lock is not to be had.
 */
export async function withFolderLock<Result>(
  options: FolderLockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const { folder, pid, waiting, wait, maxWaits } = options;
  mkdirSync(dirname(folder), { recursive: true });
  for (let waits = 0; !tryTake(folder, pid); waits++) {
    if (takeFromTheDead(options)) continue;
    if (waits === 0) waiting(holderOf(folder));
    if (waits >= maxWaits) throw new Error(`The lock ${folder} is still held; remove it if nobody uses it.`);
    await wait();
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Making a folder is what only one of many can do. */
function tryTake(folder: string, pid: number): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(pid));
  return true;
}

/**
 * Removes the lock of a process that has ended, under a lock for this: of two who have found it dead, the second looks
 * again, and does not remove what the first has taken meanwhile. All of it in one go, without waiting for anything.
 */
function takeFromTheDead({ folder, pid, isRunning }: FolderLockOptions): boolean {
  const isDead = () => {
    const holder = holderOf(folder);
    return holder !== undefined && !isRunning(holder);
  };
  const removing = `${folder}-removing`;
  if (!isDead() || !tryTake(removing, pid)) return false;
  const isStillDead = isDead();
  if (isStillDead) rmSync(folder, { recursive: true, force: true });
  rmSync(removing, { recursive: true, force: true });
  return isStillDead;
}

/** Undefined where nobody has it, or somebody has it since just now. */
function holderOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine lives. */
export function isProcessRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is another user's, then.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Held from `takeOwnerLock` to `release`. `release` is idempotent. */
export interface OwnerLock {
  release(): void;
}

/** The data directory belongs to another live process; the message names it and says what to do. */
export class DataDirectoryOwned extends Error {
  override readonly name = 'DataDirectoryOwned';
}

const LOCK_FILE = 'owner.lock';
const OWNER_FILE = 'owner.json';
const SQLITE_BUSY = 5;

interface Owner {
  pid: number;
  host: string;
  startedAt: string;
  command: string;
}

/** A lock lives as long as its file handle: without a reference from here the garbage collector could drop it. */
const heldLocks = new Set<DatabaseSync>();

/**
 * Makes this process the only owner of `dataDir`, which is created if missing.
 *
 * The lock is the kernel's: SQLite's exclusive lock on `owner.lock` (fcntl, or LockFileEx on Windows). The kernel
 * gives it up when the process ends, however it ends, and hands it to one taker only. So there is no stale lock to
 * detect, no race between two who detect it, and a reused pid or the pid namespace of a container cannot deceive.
 * Node offers no other file lock. `owner.json` beside it only tells people who the owner is; nothing is decided by it.
 *
 * Throws `DataDirectoryOwned` when another owner lives (in this process too).
 */
export function takeOwnerLock(dataDir: string): OwnerLock {
  // It will hold password hashes and addresses.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const ownerFile = join(dataDir, OWNER_FILE);
  const lock = new DatabaseSync(join(dataDir, LOCK_FILE));
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new DataDirectoryOwned(
      `The data directory ${dataDir} is in use by ${describeOwner(ownerFile)}. ` +
        'Stop that process, or set DATA_DIR to another directory, or DATABASE_URL to a PostgreSQL server.',
    );
  }
  heldLocks.add(lock);
  writeOwner(ownerFile);
  return {
    release() {
      if (!heldLocks.delete(lock)) return;
      rmSync(ownerFile, { force: true });
      lock.close();
    },
  };
}

function writeOwner(ownerFile: string): void {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    command: [basename(process.argv[1] ?? 'node'), ...process.argv.slice(2)].join(' '),
  };
  // Renamed into place, so that a refused process never reads half a file.
  const draft = `${ownerFile}.new`;
  writeFileSync(draft, `${JSON.stringify(owner, null, 2)}\n`);
  renameSync(draft, ownerFile);
}

function describeOwner(ownerFile: string): string {
  try {
    const { pid, host, startedAt, command } = JSON.parse(readFileSync(ownerFile, 'utf8')) as Owner;
    return `process ${pid} on ${host} ("${command}", started ${startedAt})`;
  } catch {
    return 'another process, which is just starting or stopping';
  }
}

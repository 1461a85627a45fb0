import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { DataDirectoryOwned, takeOwnerLock } from '@tiffin/lib/engines/owner-lock';

// npm run reset: back to what a fresh clone holds. The next start migrates, makes keys and seeds again.
// Only what Tiffin itself puts there: DATA_DIR may name a folder with other things in it.
const CONTENTS = ['postgres', 'postgres.new', 'keys'];

class UnknownArgument extends Error {}

const dataDir = resolve(process.env.DATA_DIR || '.data');
const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  if (process.argv.length > 2)
    throw new UnknownArgument(`Unknown argument "${process.argv[2]}": reset takes none.`);
  wipe();
} catch (error) {
  if (!(error instanceof DataDirectoryOwned || error instanceof UnknownArgument)) throw error;
  process.stderr.write(`Nothing was removed. ${error.message}\n`);
  process.exitCode = 1;
}

function wipe(): void {
  const present = CONTENTS.filter((name) => existsSync(join(dataDir, name)));
  const shown = relative(process.cwd(), dataDir) || '.';
  if (present.length === 0) print(`Nothing to remove in ${shown}.`);
  else {
    const lock = takeOwnerLock(dataDir);
    for (const name of present) rmSync(join(dataDir, name), { recursive: true, force: true });
    lock.release();
    print(`Removed ${present.join(', ')} from ${shown}. The next npm start seeds again.`);
  }
  const servers = Object.keys(process.env).filter((name) => /(^|_)(DATABASE|REDIS)_URL$/.test(name));
  if (servers.length > 0) {
    print(
      `${servers.join(', ')} is set: servers are never wiped. Drop the schemas there yourself, and empty the cache, ` +
        'which would answer what it knows of the old data: docs/failures-of-the-cache.md has the command.',
    );
  }
}

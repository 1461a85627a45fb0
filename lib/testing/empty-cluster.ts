import { randomUUID } from 'node:crypto';
import { openAsBlob, readFileSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const folder = join(
  tmpdir(),
  `tiffin-pglite-${dependencies['@electric-sql/pglite']}-${process.getuid?.() ?? 0}`,
);

/**
 * A dump of an empty embedded database. The first test process of a machine makes it, and the others spare themselves
 * three quarters of what an embedded database costs to open.
 */
export async function emptyCluster(): Promise<Blob> {
  const file = join(folder, 'empty.tar');
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const pglite = await PGlite.create();
    const dump = await pglite.dumpDataDir('none');
    await pglite.close();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Moved in when complete: several may make it at once.
    const draft = join(folder, `empty.${randomUUID()}`);
    await writeFile(draft, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
    await rename(draft, file);
  }
  return openAsBlob(file);
}

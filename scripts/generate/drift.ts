import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GeneratedFiles } from './generate-files.ts';

/** How a generated file on disk differs from what it would be. */
export interface Drift {
  readonly path: string;
  readonly state: 'stale' | 'missing' | 'surplus';
}

/** Folders that hold generated files only: whatever else stands there is surplus. */
const GENERATED_FOLDERS = ['proto/gen', 'schema/gen'];

/** What `npm run generate` would change, sorted by path. */
export async function findDrift(rootDir: string, files: GeneratedFiles): Promise<Drift[]> {
  const drift: Drift[] = [];
  for (const [path, content] of files) {
    const present = await readFile(join(rootDir, path), 'utf8').catch(() => undefined);
    if (present === undefined) drift.push({ path, state: 'missing' });
    else if (present !== content) drift.push({ path, state: 'stale' });
  }
  for (const folder of GENERATED_FOLDERS) {
    const entries = await readdir(join(rootDir, folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name).slice(rootDir.length + 1);
      if (!files.has(path)) drift.push({ path, state: 'surplus' });
    }
  }
  return drift.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes the disk agree. Touches only what differs, so that a watcher and git see only real changes. */
export async function writeFiles(rootDir: string, files: GeneratedFiles): Promise<Drift[]> {
  const drift = await findDrift(rootDir, files);
  for (const { path, state } of drift) {
    const absolute = join(rootDir, path);
    if (state === 'surplus') {
      await rm(absolute);
      continue;
    }
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, files.get(path) ?? '');
  }
  return drift;
}

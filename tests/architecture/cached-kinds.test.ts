import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import { DegradedNames } from '@tiffin/lib/rpc/degraded-names';

const root = join(import.meta.dirname, '../..');

function isKind(exported: unknown): exported is CachedKind<object> {
  return typeof exported === 'object' && exported !== null && 'codec' in exported && 'key' in exported;
}

test('a degraded answer can name each kind of cached values', async () => {
  const files = globSync('grpc-services/*/data/*-cache.ts', { cwd: root });
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(join(root, file)).href)));
  const kinds = modules.flatMap((exports: object) => Object.values(exports).filter(isKind));
  assert.ok(kinds.length >= files.length, 'each of these files has one');
  const degraded = new DegradedNames();
  for (const { name } of kinds) degraded.add(name);
  // It keeps nothing that is no name, and each once.
  assert.deepEqual(degraded.list(), kinds.map(({ name }) => name).sort());
});

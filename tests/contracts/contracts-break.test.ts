import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { contractProofs } from './contract-proofs.ts';

const rootDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

for (const { name, run } of contractProofs) {
  test(name, async (t) => {
    for (const finding of await run(rootDir)) t.diagnostic(finding);
  });
}

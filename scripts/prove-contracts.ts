// `node scripts/run.mjs scripts/prove-contracts.ts`: breaks the contracts in scratch copies of the repository, one
// way after the other, and shows what notices it. The same proofs run in `npm test`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractProofs } from '../tests/contracts/contract-proofs.ts';

const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));
const print = (line: string) => process.stdout.write(`${line}\n`);

for (const { name, run } of contractProofs) {
  try {
    const findings = await run(rootDir);
    print(`✓ ${name}`);
    for (const finding of findings) print(`    found by ${finding}`);
  } catch (error) {
    print(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

// `npm run generate`: writes every generated file. `npm run generate -- --release` also records the proto files as
// released, which is what `npm run check` compares with to find breaking changes.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ContractError } from './generate/contracts.ts';
import { writeFiles } from './generate/drift.ts';
import { generateFiles } from './generate/generate-files.ts';
import { recordRelease } from './generate/released-image.ts';

const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({ options: { release: { type: 'boolean', default: false } } });
const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  const files = await generateFiles(rootDir);
  const written = await writeFiles(rootDir, files);
  for (const { path, state } of written) print(`${state === 'surplus' ? 'removed' : 'wrote'} ${path}`);
  print(`${files.size} generated files, ${written.length} changed.`);
  if (options.release) print(`released: ${await recordRelease(rootDir)}`);
} catch (error) {
  if (!(error instanceof ContractError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

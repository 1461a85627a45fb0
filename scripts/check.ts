// `npm run check [-- <step> …]`: everything that can be judged without running the platform. All steps run, so one
// failure does not hide the next.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CheckStep, checkSteps } from './check/steps.ts';

const MAX_LINES = 40;

const rootDir = dirname(dirname(fileURLToPath(import.meta.url)));
const print = (line: string) => process.stdout.write(`${line}\n`);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(checkSteps, name));

if (unknown.length > 0) {
  print(`There is no step ${unknown.join(', ')}. The steps are: ${Object.keys(checkSteps).join(', ')}.`);
  process.exitCode = 1;
} else {
  process.exitCode = await runSteps();
}

async function runSteps(): Promise<number> {
  let failures = 0;
  for (const [key, step] of Object.entries<CheckStep>(checkSteps)) {
    if (wanted.length > 0 && !wanted.includes(key)) continue;
    const startedMs = performance.now();
    const found = await step.find(rootDir).catch((error: unknown) => [describe(error)]);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    print(`${found.length === 0 ? '✓' : '✗'} ${step.name} (${seconds} s)`);
    for (const line of found.slice(0, MAX_LINES)) print(`    ${line}`);
    if (found.length > MAX_LINES)
      print(`    … and ${found.length - MAX_LINES} more lines: npm run check -- ${key}`);
    if (found.length > 0) failures += 1;
  }
  print(failures === 0 ? 'All checks passed.' : `${failures} of the checks failed.`);
  return failures === 0 ? 0 : 1;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

import { caseSeed, randomCase } from './case.ts';
import { createExecutorPair, type ExecutorPair } from './executor-pair.ts';
import { compareCase } from './run-cases.ts';
import { allSupergraphs } from './supergraphs/all-supergraphs.ts';

/** The exit code that says "the executors differ", told apart from any crash of the process. */
export const differsExitCode = 42;

/**
 * Runs cases until the first difference, one supergraph after the other, a few cases each time.
 *   node find-difference.ts <cases> <seed> <supergraph, …>
 */
async function findDifference(
  cases: number,
  runSeed: number,
  names: readonly string[],
): Promise<string | undefined> {
  const sources = allSupergraphs.filter(({ name }) => names.length === 0 || names.includes(name));
  const pairs = new Map<string, ExecutorPair>();
  for (let n = 0; n < cases; n++) {
    const source = sources[Math.floor(n / 5) % sources.length];
    if (!source) throw new Error(`There is no supergraph ${names.join(', ')}.`);
    const pair = pairs.get(source.name) ?? (await createExecutorPair(source));
    pairs.set(source.name, pair);
    const seed = caseSeed(runSeed, source.name, n);
    const { differences } = await compareCase(pair, randomCase(pair, source.name, seed));
    if (differences.length > 0) return `case ${n + 1}, ${source.name}:${seed}: ${differences[0]}`;
  }
  for (const pair of pairs.values()) await pair.stop();
  return undefined;
}

if (import.meta.main) {
  const [cases, runSeed, ...names] = process.argv.slice(2);
  const difference = await findDifference(Number(cases), Number(runSeed), names);
  process.stdout.write(`${difference?.slice(0, 300) ?? 'no difference'}\n`);
  process.exit(difference === undefined ? 0 : differsExitCode);
}

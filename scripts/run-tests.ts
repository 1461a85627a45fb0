import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { abandonTestFiles, type FileReport, type RunFileOptions, runTestFile } from './run-test-file.ts';

export const rootDir = dirname(import.meta.dirname);

export interface RunOptions extends Omit<RunFileOptions, 'rootDir'> {
  /** Files under way at once. */
  concurrency?: number;
  /** Files that wait for nothing: one after the other, beside the others. */
  isCalculation?: (file: string) => boolean;
  /** Files that need the machine for themselves: each runs alone, after the others. */
  isAlone?: (file: string) => boolean;
  print?: (line: string) => void;
}

/**
 * Test files of this clone, by falling paths: those of whole platforms come first, for they take longest, and none is left
 * alone at the end. `real` picks those that need real servers, else the others.
 */
export function findTestFiles({ real, patterns }: { real: boolean; patterns: readonly string[] }): string[] {
  const exclude = (path: string) => /(^|\/)(node_modules|\.data|\.git)$/.test(path);
  return globSync('**/*.test.ts', { cwd: rootDir, exclude })
    .filter((file) => file.endsWith('.real.test.ts') === real)
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort()
    .reverse();
}

/**
 * Runs each file in a process of its own and prints one line a file and under it what its tests said, then the failures
 * in full, then the totals alone on the last line. Resolves to the exit code. Node's own `run()` is not used: it waits for ever on a file
 * that hangs or that leaves a timer behind, and here both must fail.
 */
export async function runTestFiles(files: readonly string[], options: RunOptions): Promise<number> {
  const print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
  const { isAlone = () => false, isCalculation = () => false } = options;
  const reports: FileReport[] = [];
  const { env, removeShared } = shareFolder(options.env);
  const work = async (waiting: string[]) => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const startedMs = performance.now();
      const report = await runTestFile(file, { ...options, env, rootDir });
      reports.push(report);
      print(describeReport(report, performance.now() - startedMs));
      for (const line of report.diagnostics) print(`    ${line}`);
    }
  };
  const concurrency = options.concurrency ?? Math.max(2, Math.min(4, availableParallelism()));
  process.on('SIGINT', abandonTestFiles);
  process.on('SIGTERM', abandonTestFiles);
  process.on('exit', removeShared);
  const together = files.filter((file) => !isAlone(file) && !isCalculation(file));
  const calculations = files.filter((file) => !isAlone(file) && isCalculation(file));
  await Promise.all([work(calculations), ...Array.from({ length: concurrency }, () => work(together))]);
  await work(files.filter(isAlone));
  process.off('SIGINT', abandonTestFiles);
  process.off('SIGTERM', abandonTestFiles);
  process.off('exit', removeShared);
  removeShared();
  return printTotals(reports, print);
}

/**
 * What the files of one run share: the modules that Node compiles once for all of them, and what tests leave there for
 * each other (TEST_RUN_FOLDER). In the OS's folder and for one run only: some tests run copies of the repository, and what
 * is compiled of those would pile up.
 */
function shareFolder(given: RunOptions['env']) {
  const folder = mkdtempSync(join(tmpdir(), 'tiffin-test-run-'));
  // A child that was killed a moment ago may still write.
  const removeShared = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const env = { NODE_COMPILE_CACHE: join(folder, 'compiled'), TEST_RUN_FOLDER: folder, ...given };
  return { env, removeShared };
}

function printTotals(reports: readonly FileReport[], print: (line: string) => void): number {
  const total = (key: 'passed' | 'failed' | 'skipped') =>
    reports.reduce((sum, report) => sum + report[key], 0);
  for (const failure of reports.flatMap((report) => report.failures)) print(`\n${failure}`);
  const [passed, failed, skipped] = [total('passed'), total('failed'), total('skipped')];
  if (passed + failed === 0) print('No test ran: no file matches, or every test is skipped.');
  print('');
  print(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function describeReport({ file, passed, failed, skipped }: FileReport, tookMs: number): string {
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
  return `${failed ? '✖' : '✔'} ${file}  ${counts.filter(Boolean).join(', ')}  (${(tookMs / 1000).toFixed(1)} s)`;
}

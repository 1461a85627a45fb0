import { type ChildProcess, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, relative, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestResult } from './test-reporter.ts';

export const rootDir = dirname(import.meta.dirname);
const reporterUrl = fileURLToPath(import.meta.resolve('./test-reporter.ts'));

export interface RunOptions {
  /** A file that still runs after this long is killed and counts as failed. */
  fileTimeoutMs: number;
  /** Files under way at once. */
  concurrency?: number;
  env?: NodeJS.ProcessEnv;
  print?: (line: string) => void;
}

export interface FileReport {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  /** One text per failure, ready to print. */
  failures: string[];
}

/** Test files of this clone, sorted. `real` picks those that need real servers, else the others. */
export function findTestFiles({ real, patterns }: { real: boolean; patterns: readonly string[] }): string[] {
  const exclude = (path: string) => /(^|\/)(node_modules|\.data|\.git)$/.test(path);
  return globSync('**/*.test.ts', { cwd: rootDir, exclude })
    .filter((file) => file.endsWith('.real.test.ts') === real)
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort();
}

/**
 * Runs each file in a process of its own and prints one line a file, then the failures in full, then the totals
 * alone on the last line. Resolves to the exit code. Node's own `run()` is not used: it waits for ever on a file
 * that hangs or that leaves a timer behind, and here both must fail.
 */
export async function runTestFiles(files: readonly string[], options: RunOptions): Promise<number> {
  const print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
  const waiting = [...files];
  const reports: FileReport[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const startedMs = performance.now();
      const report = await runTestFile(file, options);
      reports.push(report);
      print(describeReport(report, performance.now() - startedMs));
    }
  };
  const concurrency = options.concurrency ?? Math.max(2, Math.min(4, availableParallelism()));
  process.on('SIGINT', abandon);
  process.on('SIGTERM', abandon);
  await Promise.all(Array.from({ length: concurrency }, worker));
  process.off('SIGINT', abandon);
  process.off('SIGTERM', abandon);
  return printTotals(reports, print);
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

const running = new Set<ChildProcess>();

async function runTestFile(file: string, { fileTimeoutMs, env }: RunOptions): Promise<FileReport> {
  const args = [
    `--test-reporter=${reporterUrl}`,
    `--test-timeout=${fileTimeoutMs / 2}`,
    resolvePath(rootDir, file),
  ];
  // A process group of its own, so that servers which the test started die with it.
  const child = spawn(process.execPath, args, {
    cwd: rootDir,
    // Inside `node --test` that variable would turn the child into a silent helper of the outer run.
    env: { ...withoutEngineUrls(process.env), ...env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  running.add(child);
  const results: TestResult[] = [];
  let output = '';
  let timedOut = false;
  const collect = (chunk: Buffer) => {
    output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  child.on('message', (result) => results.push(result as TestResult));
  const deadline = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, fileTimeoutMs);
  // 'close' waits for the pipes, which a leaked grandchild holds open: so the group goes as soon as its leader did.
  child.once('exit', () => killGroup(child));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(deadline);
  running.delete(child);
  const trouble = timedOut
    ? `It was still running after ${fileTimeoutMs / 1000} s: a test hangs, or a timer, socket or server has no owner that stops it.`
    : troubleOf(exitCode, results);
  return summarise(
    relative(rootDir, resolvePath(rootDir, file)),
    results,
    trouble && `${trouble}\n${output}`.trimEnd(),
    output,
  );
}

/** No test may reach a server of the developer by accident. */
function withoutEngineUrls(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isEngineUrl = (name: string) =>
    /(^|_)(DATABASE|REDIS)_URL$/.test(name) && name !== 'TEST_DATABASE_URL';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isEngineUrl(name)));
}

const MAX_OUTPUT_CHARS = 100_000;

/** What the tests themselves did not report: a file that does not load, throws late, or holds no test. */
function troubleOf(exitCode: number | null, results: readonly TestResult[]): string | undefined {
  if (results.some((result) => result.outcome === 'failed')) return undefined;
  if (exitCode !== 0) return `The file ended with code ${exitCode}:`;
  return results.length === 0 ? 'The file holds no test.' : undefined;
}

function summarise(
  file: string,
  results: readonly TestResult[],
  trouble: string | undefined,
  output: string,
): FileReport {
  const count = (outcome: TestResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const failures = results
    .filter((result) => result.outcome === 'failed')
    .map(
      ({ path, location, error }) =>
        `✖ ${path.join(' › ')}\n  ${relative(rootDir, location)}\n${indent(error ?? '')}`,
    );
  if (failures.length > 0 && output.trim())
    failures.push(`  Output of ${file}:\n${indent(output.trimEnd())}`);
  if (trouble) failures.push(`✖ ${file}\n${indent(trouble)}`);
  return {
    file,
    passed: count('passed'),
    failed: count('failed') + (trouble ? 1 : 0),
    skipped: count('skipped'),
    failures,
  };
}

const indent = (text: string) => text.replace(/^/gm, '    ');

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

function abandon(signal: NodeJS.Signals): void {
  for (const child of running) killGroup(child);
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReporterMessage, TestResult } from './test-reporter.ts';

export interface RunFileOptions {
  rootDir: string;
  /** A file that still runs after this long is killed and counts as failed; one test may take half of it. */
  fileTimeoutMs: number;
  /**
   * A process that has no test left ends by itself within this time, or it leaks and counts as failed. Default 15,000: a
   * busy machine takes seconds to write down what was compiled.
   */
  lingerMs?: number;
  /** Flags of Node.js. */
  nodeFlags?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface FileReport {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  /** One text per failure, ready to print. */
  failures: string[];
  /** What its tests said, line by line, with a last one about those that are left out. */
  diagnostics: string[];
}

const MAX_OUTPUT_CHARS = 100_000;
const MAX_DIAGNOSTIC_LINES = 20;
const MAX_DIAGNOSTIC_CHARS = 300;
const reporterPath = fileURLToPath(import.meta.resolve('./test-reporter.ts'));
const preloadUrl = import.meta.resolve('./test-preload.ts');
const running = new Set<ChildProcess>();

/** Runs one test file in a process of its own, which never outlives its time. */
export async function runTestFile(file: string, options: RunFileOptions): Promise<FileReport> {
  const child = spawnTestFile(file, options);
  running.add(child);
  const results: TestResult[] = [];
  const said: string[] = [];
  let unsaid = 0;
  const say = (line: string) => {
    if (said.length < MAX_DIAGNOSTIC_LINES) said.push(line.slice(0, MAX_DIAGNOSTIC_CHARS));
    else unsaid++;
  };
  let output = '';
  let killedBecause: string | undefined;
  const kill = (reason: string) => {
    killedBecause = reason;
    killGroup(child);
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
    });
  }
  const { fileTimeoutMs, lingerMs = 15_000, rootDir } = options;
  const deadline = setTimeout(kill, fileTimeoutMs, `It was still running after ${fileTimeoutMs / 1_000} s.`);
  let linger: NodeJS.Timeout | undefined;
  child.on('message', (message: ReporterMessage) => {
    clearTimeout(linger);
    if (message === 'idle') linger = setTimeout(kill, lingerMs, LEAK);
    else if (message === 'busy') return;
    else if ('diagnostic' in message) message.diagnostic.split('\n').forEach(say);
    else results.push(message);
  });
  // 'close' waits for the pipes, which a leaked grandchild holds open: so the group goes as soon as its leader did.
  child.once('exit', () => killGroup(child));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(deadline);
  clearTimeout(linger);
  running.delete(child);
  const name = relative(rootDir, resolve(rootDir, file));
  const trouble = killedBecause ?? troubleOf(exitCode, results);
  const diagnostics = unsaid > 0 ? [...said, `… and ${unsaid} more`] : said;
  return { ...summarise(name, results, trouble, output), diagnostics };
}

const LEAK =
  'All its tests have ended, but it did not exit: a timer, socket or server has no owner that stops it.';

/** Kills whatever runs, for a runner that was told to stop. */
export function abandonTestFiles(signal: NodeJS.Signals): void {
  for (const child of running) killGroup(child);
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function spawnTestFile(file: string, options: RunFileOptions): ChildProcess {
  const { rootDir, fileTimeoutMs, nodeFlags = [], env } = options;
  const args = [
    ...nodeFlags,
    `--import=${preloadUrl}`,
    `--test-reporter=${reporterPath}`,
    `--test-timeout=${fileTimeoutMs / 2}`,
    resolve(rootDir, file),
  ];
  return spawn(process.execPath, args, {
    cwd: rootDir,
    // Inside `node --test` that variable would turn the child into a silent helper of the outer run.
    env: { ...withoutEngineUrls(process.env), ...env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    // A process group of its own, so that servers which the test started die with it.
    detached: true,
  });
}

/** No test may reach a server of the developer by accident. */
function withoutEngineUrls(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isEngineUrl = (name: string) =>
    /(^|_)(DATABASE|REDIS)_URL$|^KAFKA_BROKERS$/.test(name) && name !== 'TEST_DATABASE_URL';
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isEngineUrl(name)));
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

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
): Omit<FileReport, 'diagnostics'> {
  const count = (outcome: TestResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const failures = results.filter((result) => result.outcome === 'failed').map(describeFailure);
  if (trouble) failures.push(`✖ ${file}\n${indent(trouble)}`);
  if (failures.length > 0 && output.trim())
    failures.push(`  Output of ${file}:\n${indent(output.trimEnd())}`);
  const failed = count('failed') + (trouble ? 1 : 0);
  return { file, passed: count('passed'), failed, skipped: count('skipped'), failures };
}

const describeFailure = ({ path, location, error = '' }: TestResult) =>
  `✖ ${path.join(' › ')}\n  ${relative(process.cwd(), location)}\n${indent(error)}`;

const indent = (text: string) => text.replace(/^/gm, '    ');

import { AssertionError } from 'node:assert';
import type { EventData } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** What a test file's process tells the runner, one message per leaf test. */
export interface TestResult {
  outcome: 'passed' | 'failed' | 'skipped';
  /** Suite and test names, outermost first. */
  path: string[];
  /** Where the test stands, `file:line`. */
  location: string;
  /** The error in full, for a failed test. */
  error?: string;
}

/** What a test said with `t.diagnostic`. */
export interface TestDiagnostic {
  diagnostic: string;
}

/** What comes over IPC: results, what tests say, and whether a test is under way. */
export type ReporterMessage = TestResult | TestDiagnostic | 'busy' | 'idle';

/** Watches one file's events. Children end before their parent, so a test nobody named as parent is a leaf. */
export function createResultCollector(): (event: TestEvent) => TestResult | undefined {
  const started = new Map<number, { name: string; parentId: number | undefined }>();
  const parents = new Set<number | undefined>();
  const pathOf = (id: number | undefined): string[] => {
    const test = id === undefined ? undefined : started.get(id);
    return test ? [...pathOf(test.parentId), test.name] : [];
  };
  return (event) => {
    if (event.type === 'test:start') {
      started.set(event.data.testId, { name: event.data.name, parentId: event.data.parentId });
      return undefined;
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') return undefined;
    parents.add(event.data.parentId);
    const path = [...pathOf(event.data.parentId), event.data.name];
    const location = `${event.data.file}:${event.data.line}`;
    if (isSkipped(event.data)) return { outcome: 'skipped', path, location };
    if (event.type === 'test:fail') return failure(event.data, path, location);
    const isLeaf = event.data.details.type !== 'suite' && !parents.has(event.data.testId);
    return isLeaf ? { outcome: 'passed', path, location } : undefined;
  };
}

/** A parent that failed only through its children adds nothing; one whose own code or hook failed does. */
function failure(data: EventData.TestFail, path: string[], location: string): TestResult | undefined {
  const error = data.details.error as Error & { failureType?: string };
  if (error.failureType === 'subtestsFailed') return undefined;
  return { outcome: 'failed', path, location, error: describeError(error.cause ?? error) };
}

const isSkipped = (data: { skip?: string | boolean; todo?: string | boolean }) =>
  (data.skip !== undefined && data.skip !== false) || (data.todo !== undefined && data.todo !== false);

/** Node's own counts stand where the file begins, and there is no test there. */
const isTotal = ({ line, column }: EventData.TestDiagnostic) => line === 1 && column === 1;

function describeError(error: unknown): string {
  // An assertion's message has its diff; inspect would repeat both sides.
  const text =
    error instanceof AssertionError ? (error.stack ?? error.message) : inspect(error, { depth: 8 });
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:(internal\/|async_hooks)/.test(line))
    .join('\n');
}

/** The reporter that Node loads by path (which takes a default export): results go to the runner over IPC. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<never, void> {
  // A runner that died cannot stop us any more; the listener must not hold this process open.
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  const collect = createResultCollector();
  let openTests = 0;
  for await (const event of source) {
    if (event.type === 'test:diagnostic') {
      const { message: diagnostic } = event.data;
      // Node tells of an error thrown after its test ended in a diagnostic only.
      if (/^(Error|Warning): /.test(diagnostic)) process.stderr.write(`${diagnostic}\n`);
      else if (!isTotal(event.data)) process.send?.({ diagnostic });
    }
    if (event.type === 'test:enqueue') openTests += 1;
    if (event.type === 'test:complete') openTests -= 1;
    const result = collect(event);
    if (result) process.send?.(result);
    process.send?.(openTests > 0 ? 'busy' : 'idle');
  }
}

/** What a program of the bench tells the bench, and what it is asked. */
export interface ChildReady {
  /** What listens → where. */
  readonly ready: Readonly<Record<string, string>>;
}

export interface ChildCounts {
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Says that the program is ready, answers each question with its counts so far, and ends it with its parent: nothing
 * that the bench starts outlives it.
 */
export function reportReady(
  ready: Readonly<Record<string, string>>,
  counts: () => Readonly<Record<string, number>> = () => ({}),
): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', () => process.send?.({ counts: counts() } satisfies ChildCounts));
  process.send?.({ ready } satisfies ChildReady);
}

/** @throws where the bench did not set the variable. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: npm run bench starts this program.`);
  return value;
}

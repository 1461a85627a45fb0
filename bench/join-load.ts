/** What happened to those who wanted to join. */
export interface JoinLoad {
  /** How many got each answer. */
  readonly answers: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** Milliseconds, from the question to the answer. */
  readonly p50: number;
  readonly p99: number;
}

/** Has all of them join, so many at a time: a new one as soon as one has the answer. `join` resolves to the answer's code. */
export async function loadJoins<User>(
  users: readonly User[],
  atOnce: number,
  join: (user: User) => Promise<string>,
): Promise<JoinLoad> {
  const answers = new Map<string, number>();
  const tookMs: number[] = [];
  const waiting = users.values();
  const beganMs = performance.now();
  const work = async () => {
    for (const user of waiting) {
      const askedMs = performance.now();
      const code = await join(user);
      tookMs.push(performance.now() - askedMs);
      answers.set(code, (answers.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - beganMs) / 1_000;
  tookMs.sort((one, other) => one - other);
  const at = (share: number) => tookMs[Math.min(tookMs.length - 1, Math.floor(share * tookMs.length))] ?? 0;
  return { answers, seconds, p50: at(0.5), p99: at(0.99) };
}

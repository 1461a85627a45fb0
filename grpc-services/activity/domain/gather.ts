import { AppError } from '@tiffin/lib/errors/app-error';

export interface GatherOptions {
  /** Keys of one look-up. */
  readonly maxKeys: number;
  /** Keys that wait for one; a further one is refused. */
  readonly maxWaiting: number;
}

/**
 * One look-up at a time: what is asked for while one is under way is gathered, and asked for in one go after it. A
 * thousand who ask at once cost ten round trips, whoever asks alone waits for nobody, and the load on whoever answers
 * has a bound. A look-up that fails fails for those whose keys were in it.
 * @throws AppError UNAVAILABLE where too many wait.
 */
export function gather<Answer>(
  find: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
  { maxKeys, maxWaiting }: GatherOptions,
): (key: string) => Promise<Answer | undefined> {
  const waiting = new Map<string, PromiseWithResolvers<Answer | undefined>>();
  let isUnderWay = false;

  async function answerAll(): Promise<void> {
    isUnderWay = true;
    while (waiting.size > 0) {
      const asked = [...waiting.entries().take(maxKeys)];
      for (const [key] of asked) waiting.delete(key);
      try {
        const found = await find(asked.map(([key]) => key));
        for (const [key, { resolve }] of asked) resolve(found.get(key));
      } catch (error) {
        for (const [, { reject }] of asked) reject(error);
      }
    }
    isUnderWay = false;
  }

  return async (key) => {
    let asked = waiting.get(key);
    if (!asked) {
      if (waiting.size >= maxWaiting) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      asked = Promise.withResolvers();
      waiting.set(key, asked);
      if (!isUnderWay) void answerAll();
    }
    return asked.promise;
  };
}

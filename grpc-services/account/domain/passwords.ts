import type { HashSlots } from './hash-slots.ts';
import type { PasswordHasher } from './password-hash.ts';

/** Passwords as the use cases need them: bounded, and silent about which accounts exist. */
export interface Passwords {
  /** @throws AppError UNAVAILABLE when too many hashes are waiting. */
  assertRoom(): void;
  /** @throws AppError UNAVAILABLE when too many hashes are waiting. */
  hash(password: string, signal: AbortSignal): Promise<string>;
  /**
   * Whether the password is right. Without a stored hash it is wrong, at the same cost: the time of an answer does
   * not tell whether the account exists.
   * @throws AppError UNAVAILABLE when too many hashes are waiting.
   */
  matches(password: string, stored: string | undefined, signal: AbortSignal): Promise<boolean>;
}

/** Makes one hash at start, of a password that nobody knows, to compare with where there is no account. */
export async function createPasswords(
  hasher: PasswordHasher,
  slots: HashSlots,
  random: (bytes: number) => Buffer,
): Promise<Passwords> {
  const hashOfNobody = await hasher.hash(random(32).toString('base64url'));
  return {
    assertRoom: () => slots.assertRoom(),
    hash: (password, signal) => slots.run(() => hasher.hash(password), signal),
    async matches(password, stored, signal) {
      const isRight = await slots.run(() => hasher.verify(password, stored ?? hashOfNobody), signal);
      return isRight && stored !== undefined;
    },
  };
}

import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertSession } from '../data/session-store.ts';
import { findLogin } from '../data/user-store.ts';
import type { AccountDeps } from './deps.ts';
import { maxSessionsOfUser, newSession, type Session, toSession } from './session.ts';
import { emailKeyOf, type User } from './user.ts';

/**
 * Signs a user in. An unknown e-mail address and a wrong password look alike: the same error, the same time, the same
 * limit of attempts.
 * @throws AppError INVALID_CREDENTIALS, RATE_LIMITED after too many failed attempts, UNAVAILABLE when too many
 *   passwords are being hashed.
 */
export async function login(
  deps: AccountDeps,
  context: CallContext,
  input: { readonly email: string; readonly password: string },
): Promise<Session> {
  const user = await authenticate(deps, context, emailKeyOf(input.email), input.password);
  const { row, refreshToken } = await newSession(deps, user.id);
  await insertSession(deps.database.fork(), row, maxSessionsOfUser);
  return toSession(deps, user, refreshToken);
}

async function authenticate(
  { passwords, loginAttempts, database }: AccountDeps,
  { signal }: CallContext,
  emailKey: string,
  password: string,
): Promise<User> {
  // Before the attempt counts: our own overload must not lock an account.
  passwords.assertRoom();
  await loginAttempts.count(emailKey);
  const found = await findLogin(database, emailKey);
  const isRight = await passwords.matches(password, found?.passwordHash, signal).catch(async (error) => {
    // Nobody has learnt whether the password was right, so nobody has guessed.
    await loginAttempts.giveBack(emailKey);
    throw error;
  });
  if (!found || !isRight) throw new AppError('INVALID_CREDENTIALS', {});
  await loginAttempts.forget(emailKey);
  return found.user;
}

import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertSession } from '../data/session-store.ts';
import type { NewUser } from '../data/user-entity.ts';
import { insertUser } from '../data/user-store.ts';
import type { AccountDeps } from './deps.ts';
import { maxSessionsOfUser, newSession, type Session, toSession } from './session.ts';
import { emailKeyOf } from './user.ts';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

/**
 * Creates a customer and signs them in, both or neither.
 * @throws AppError EMAIL_TAKEN, UNAVAILABLE when too many passwords are being hashed.
 */
export async function register(
  deps: AccountDeps,
  context: CallContext,
  input: Registration,
): Promise<Session> {
  const passwordHash = await deps.passwords.hash(input.password, context.signal);
  const user: NewUser = {
    id: String(await deps.ids.nextId()),
    email: input.email.trim(),
    emailKey: emailKeyOf(input.email),
    passwordHash,
    displayName: input.displayName.trim(),
    phone: null,
    roles: ['CUSTOMER'],
    createdAt: new Date(deps.clock.now()),
  };
  const { row, refreshToken } = await newSession(deps, user.id);
  const isNew = await deps.database.transaction(async (em) => {
    if (!(await insertUser(em, user))) return false;
    await insertSession(em, row, maxSessionsOfUser);
    return true;
  }, context);
  if (!isNew) throw new AppError('EMAIL_TAKEN', {});
  return toSession(deps, user, refreshToken);
}

import { anonymous, type Identity, type Role, type UserIdentity } from '../identity/identity.ts';
import type { CallContext } from '../rpc/call-context.ts';

/** A call on somebody's behalf, with all the time in the world; on nobody's unless an identity is given. */
export function callBy(identity: Identity = anonymous): CallContext {
  const signal = new AbortController().signal;
  return { requestId: 'test', identity, deadlineMs: Number.MAX_SAFE_INTEGER, signal };
}

/** A signed-in user; with no role unless some are given. */
export function userWith(userId: string, ...roles: Role[]): UserIdentity {
  return { kind: 'user', userId, roles };
}

/** One of our own processes. */
export const ownProcess: Identity = { kind: 'service', name: 'test' };

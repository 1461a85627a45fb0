import { AppError } from '../errors/app-error.ts';
import type { Identity } from '../identity/identity.ts';
import type { Interceptor } from './interceptor.ts';

/** Refuses a call on nobody's behalf. The types forbid it within a process; this catches what got around them. */
export const requireIdentity: Interceptor = (next) => async (call) => {
  const identity: Identity | undefined = call.context.identity;
  if (!identity) throw new AppError('UNAUTHENTICATED', {});
  return next(call);
};

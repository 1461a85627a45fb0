import { AppError } from '@tiffin/lib/errors/app-error';
import type { AccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';

/**
 * Who sends a request. Tokens are read from the Authorization header only: there are no cookies that a foreign page
 * could ride on.
 * @throws AppError UNAUTHENTICATED for anything but no header or a valid bearer token.
 */
export async function authenticate(
  header: string | undefined,
  tokens: AccessTokenVerifier,
): Promise<Identity> {
  if (header === undefined) return anonymous;
  const token = /^Bearer (\S+)$/i.exec(header)?.[1];
  if (!token) throw new AppError('UNAUTHENTICATED', {});
  return tokens.verify(token);
}

import { AppError } from '@tiffin/lib/errors/app-error';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { endOf } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';
import { openSale } from './open-sale.ts';
import { userToken } from './user-token.ts';

/**
 * The caller's token for a flash sale that runs; the same one each time.
 * @throws AppError FLASH_SALE_NOT_FOUND, NOT_STARTED, ENDED, UNAUTHENTICATED, FORBIDDEN.
 */
export async function flashSaleToken(
  deps: Pick<JoinDeps, 'board' | 'clock' | 'secrets' | 'instances'>,
  { identity }: CallContext,
  flashSaleId: string,
): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  const userId = requireUserId(identity, 'CUSTOMER');
  deps.instances.begin();
  const sale = await openSale(deps, flashSaleId);
  const secret = await deps.secrets.of(sale.id);
  if (!secret) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
  return { token: userToken(secret, userId), expiresAt: endOf(sale) };
}

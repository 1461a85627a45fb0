import { AppError } from '@tiffin/lib/errors/app-error';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { TargetKind } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';

const retryAfterMs = 1_000;

/**
 * The ids of what is looked at most of late, most first. Only Redis knows it: after a loss it fills again.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for users but administrators, UNAVAILABLE while Redis is away.
 */
export async function listHot(
  { views }: Pick<TrackingDeps, 'views'>,
  { identity }: CallContext,
  kind: TargetKind,
  first: number,
): Promise<string[]> {
  requireRole(identity, 'ADMIN');
  try {
    return await views.hot(kind, first);
  } catch (cause) {
    throw new AppError('UNAVAILABLE', { retryAfterMs }, { cause });
  }
}

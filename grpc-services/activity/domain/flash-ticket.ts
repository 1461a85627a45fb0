import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';

export type { FlashTicket, FlashTicketStatus } from '../data/flash-ticket.ts';

/** Whether the caller may see the tickets of this user: the user, administrators and our own processes may. */
export function seesTicketsOf(identity: Identity, userId: string): boolean {
  return hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
}

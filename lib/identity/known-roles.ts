import type { Role } from './identity.ts';

const roles: Record<Role, true> = { CUSTOMER: true, MERCHANT: true, ADMIN: true };

/** The roles of a token that this build knows; one that a newer build invented gives no rights here. */
export function knownRoles(claimed: readonly unknown[]): readonly Role[] {
  return claimed.filter((role): role is Role => typeof role === 'string' && Object.hasOwn(roles, role));
}

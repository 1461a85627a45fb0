import { fundsBranch } from '@tiffin/account/data/funds-branch';
import { couponBranch } from '@tiffin/activity/data/coupon-branch';
import { flashSaleBranch } from '@tiffin/activity/data/flash-sale-branch';
import { stockBranch } from '@tiffin/goods/data/stock-branch';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import type { OrderParticipants } from '@tiffin/order/domain/participants';
import type { AuditedService } from './audited.ts';

/** Where the participants of an order's transaction keep their branches, by their names in the transaction. */
export const participants = {
  stock: { service: 'goods', branch: stockBranch },
  coupon: { service: 'activity', branch: couponBranch },
  funds: { service: 'account', branch: fundsBranch },
  flashSale: { service: 'activity', branch: flashSaleBranch },
} as const satisfies Record<keyof OrderParticipants, { service: AuditedService; branch: string }>;

export type ParticipantName = keyof typeof participants;

/** The states in which a transaction stays until somebody decides it, or for ever. */
export type SettledState = 'PREPARED' | 'CONFIRMED' | 'CANCELLED';

/** What its participants say then. One that is cancelled may know nothing. */
export const branchOf: Readonly<Record<SettledState, BranchState>> = {
  PREPARED: 'TRIED',
  CONFIRMED: 'CONFIRMED',
  CANCELLED: 'CANCELLED',
};

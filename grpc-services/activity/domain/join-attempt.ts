import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { FlashSale } from './flash-sale.ts';

export interface JoinRequest {
  readonly flashSaleId: string;
  readonly token: string;
  readonly addressId: string;
}

/** Somebody on the way through the filters, each of which may learn something. */
export interface JoinAttempt {
  readonly call: CallContext;
  readonly request: JoinRequest;
  readonly userId: string;
  readonly sale: FlashSale;
  /** Joined before, as Redis says: what is left and who may join is settled for this user. */
  hasJoined: boolean;
}

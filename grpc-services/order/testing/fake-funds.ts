import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { HoldFundsRequest } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { memoryParticipant } from './memory-participant.ts';

/** Wallets in memory, with the answers of the account service. Amounts are cents of EUR. */
export class FakeFunds {
  /** By user. */
  readonly available = new Map<string, number>();
  /** By order. */
  readonly held = new Map<string, number>();
  /** By order. */
  readonly captured = new Map<string, number>();
  readonly #owners = new Map<string, string>();
  readonly #branches = memoryParticipant('funds');

  holdFunds = ({ orderId, userId, amount }: HoldFundsRequest, context: CallContext) =>
    this.#branches.try(orderId, context, () => {
      const balance = this.available.get(userId) ?? 0;
      const cents = amount?.amountCents ?? 0;
      if (balance < cents) {
        throw new AppError('INSUFFICIENT_FUNDS', { balance: { amountCents: balance, currency: 'EUR' } });
      }
      this.available.set(userId, balance - cents);
      this.#owners.set(orderId, userId);
      this.held.set(orderId, cents);
    });

  captureFunds = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.confirm(orderId, context, () => {
      this.captured.set(orderId, this.#letGo(orderId));
    });

  releaseFunds = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.cancel(orderId, context, () => {
      const userId = this.#owners.get(orderId) ?? '';
      this.available.set(userId, (this.available.get(userId) ?? 0) + this.#letGo(orderId));
    });

  #letGo(orderId: string): number {
    const cents = this.held.get(orderId) ?? Number.NaN;
    this.held.delete(orderId);
    return cents;
  }
}

import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeIdCursor, encodeIdCursor } from '@tiffin/lib/paging/cursor';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { Resolution, StuckTransaction } from '@tiffin/lib/tcc/stuck-transactions';
import {
  OrderAdminServiceService,
  type StuckTransaction as StuckTransactionMessage,
  TransactionResolution,
} from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import type { OrderDeps } from '../domain/deps.ts';
import { listStuckTransactions } from '../domain/list-stuck-transactions.ts';
import { resolveTransaction } from '../domain/resolve-transaction.ts';

const maxReasonChars = 200;

const resolutions: Partial<Record<TransactionResolution, Resolution>> = {
  [TransactionResolution.RETRY]: 'RETRY',
  [TransactionResolution.SETTLED_BY_HAND]: 'SETTLED_BY_HAND',
};

/** What support does about orders that do not come to an end by themselves. */
export function orderAdmin(
  deps: Pick<OrderDeps, 'stuckTransactions' | 'idempotency'>,
): RpcHandlers<OrderAdminServiceService> {
  return {
    async listStuckTransactions({ first, after }, context) {
      const position = after === undefined ? undefined : decodeIdCursor(after);
      validate((v) => checkPage(v, { first, after }, position));
      const { items, hasNextPage } = await listStuckTransactions(deps, context, first, position);
      const edges = items.map((one) => ({ transaction: toMessage(one), cursor: encodeIdCursor(one.id) }));
      return { edges, hasNextPage };
    },

    async resolveTransaction(request, context) {
      const { transactionId, reason } = request;
      const resolution = resolutions[request.resolution];
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('transactionId', transactionId);
        v.check('resolution', resolution !== undefined, 'must be RETRY or SETTLED_BY_HAND');
        v.length('reason', reason, 1, maxReasonChars);
      });
      const note = { transactionId, resolution: resolution ?? 'RETRY', reason };
      return deps.idempotency.run(OrderAdminServiceService.resolveTransaction, request, context, {
        execute: (effect) => resolveTransaction(deps, context, note, effect),
        respond: toAnswer,
      });
    },
  };
}

function toAnswer(transaction: StuckTransaction) {
  return { transaction: toMessage(transaction) };
}

function toMessage({ decision, participants, ...one }: StuckTransaction): StuckTransactionMessage {
  return { ...one, isConfirmed: decision === 'confirm', participants: [...participants] };
}

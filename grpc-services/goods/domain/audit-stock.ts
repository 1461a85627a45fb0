import type { Finding } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { sweepRows } from '@tiffin/lib/audit/sweep-rows';
import {
  type BookUnits,
  type EntryBook,
  type OrderUnits,
  readEntryBooks,
  readStockBooks,
  type StockBook,
} from '../data/audit-stock.ts';

/**
 * Compares all goods with the newest entry of their ledger, then each entry with the one before it and with the order
 * that it is of. What holds of each row holds of their sums, which would take the whole ledger at once: entries that
 * follow from nothing on, up to what the goods say, sum to it; entries of orders that keep the total leave to the
 * adjustments what there is in all; and orders that have frozen what their branches say have frozen all that is.
 */
export async function* auditStock(
  { database }: { readonly database: AuditedTables },
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield* sweepRows(
    (after: StockBook | undefined) => readStockBooks(database, after?.goodsId ?? '0', signal),
    goodsFindings,
  );
  yield* sweepRows(
    (after: EntryBook | undefined) => readEntryBooks(database, after?.entryId ?? '0', signal),
    entryFindings,
  );
}

function goodsFindings({ goodsId, goods, ledger }: StockBook): Finding[] {
  return findings(goodsId, [
    say(goods) !== say(ledger) && `has ${say(goods)}, and the ledger tells ${say(ledger)}`,
    Math.min(goods.available, goods.frozen, goods.sold) < 0 && `is below zero: ${say(goods)}`,
  ]);
}

function entryFindings({ goodsId, entryId, follows, keepsTotal, order }: EntryBook): Finding[] {
  return findings(goodsId, [
    !follows && `has the ledger entry ${entryId}, which does not follow from the one before it`,
    !keepsTotal && `has the ledger entry ${entryId}, which is no adjustment and changes how many there are`,
    order !== undefined && order.frozen !== openUnits(order) && sayOrder(order),
  ]);
}

/** Whoever has ended, or was never heard of, has nothing frozen. */
const openUnits = ({ branch, reserved }: OrderUnits) => (branch === 'TRIED' ? reserved : 0);

const sayOrder = ({ orderId, frozen, branch }: OrderUnits) =>
  `has ${frozen} frozen for order ${orderId}, whose branch is ${branch ?? 'missing'}`;

function findings(goodsId: string, problems: readonly (string | false)[]): Finding[] {
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `goods ${goodsId}`, problem }));
}

function say({ available, frozen, sold }: BookUnits): string {
  return `available ${available} + frozen ${frozen} + sold ${sold}`;
}

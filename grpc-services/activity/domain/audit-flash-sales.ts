import type { Finding } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { sweepRows } from '@tiffin/lib/audit/sweep-rows';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import {
  type ClaimBook,
  type FlashSaleBook,
  readClaims,
  readFlashSaleBooks,
  readTicketBooks,
  readUnitEntries,
  type TicketBook,
  type UnitEntryBook,
} from '../data/flash-sale-audit.ts';

/**
 * Compares all flash sales with the newest entry of their ledger and with their tickets, each entry with the one before
 * it and with the claim of its order, and tickets with claims from both sides. As in the ledger of goods, entries that
 * follow from nothing on sum to what the flash sale says, and where adjustments alone bring units, left + reserved + sold
 * is what ever came.
 */
export async function* auditFlashSales(
  { database }: { readonly database: AuditedTables },
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield* sweepRows(
    (after: FlashSaleBook | undefined) => readFlashSaleBooks(database, after?.id ?? '0', signal),
    saleFindings,
    // Pages are of flash sales that gave enough units away together: only one without any is the last.
    1,
  );
  yield* sweepRows(
    (after: UnitEntryBook | undefined) => readUnitEntries(database, after?.id ?? '0', signal),
    entryFindings,
  );
  yield* sweepRows(
    (after: TicketBook | undefined) => readTicketBooks(database, after?.id ?? '0', signal),
    ticketFindings,
  );
  yield* sweepRows(
    (after: ClaimBook | undefined) => readClaims(database, after?.orderId ?? '0', signal),
    claimFindings,
  );
}

function saleFindings(book: FlashSaleBook): Finding[] {
  const units = say(book.left, book.reserved, book.sold);
  const ledger = say(book.ledgerLeft, book.ledgerReserved, book.ledgerSold);
  return findings(`flash sale ${book.id}`, [
    units !== ledger && `has ${units}, and the ledger tells ${ledger}`,
    Math.min(book.left, book.reserved, book.sold) < 0 && `is below zero: ${units}`,
    book.ordered !== book.reserved && `has ${book.reserved} reserved and ${book.ordered} tickets ORDERED`,
    book.bought !== book.sold && `has ${book.sold} sold and ${book.bought} tickets SOLD`,
  ]);
}

function entryFindings({ id, flashSaleId, follows, keepsStock, ...claim }: UnitEntryBook): Finding[] {
  const { orderId, reserved, branch } = claim;
  // Whoever has ended, or was never heard of, has nothing reserved.
  const isOpen = reserved === (branch === 'TRIED' ? 1 : 0);
  return findings(`flash sale ${flashSaleId}`, [
    !follows && `has the ledger entry ${id}, which does not follow from the one before it`,
    !keepsStock && `has the ledger entry ${id}, which is no adjustment and changes how many there are`,
    orderId !== null &&
      !isOpen &&
      `has ${reserved} reserved for order ${orderId}, whose claim is ${branch ?? 'missing'}`,
  ]);
}

/** What the claim of a ticket's order is. One that has ended is forgotten some time; tickets stay. */
const claimOf: { readonly [Status in TicketBook['status']]?: readonly (BranchState | null)[] } = {
  ORDERED: ['TRIED'],
  SOLD: ['CONFIRMED', null],
  RETURNED: ['CANCELLED', null],
};

function ticketFindings({ id, status, orderId, branch }: TicketBook): Finding[] {
  const isRight = claimOf[status]?.includes(branch) ?? orderId === null;
  return findings(`flash sale ticket ${id}`, [
    !isRight && `is ${status} for order ${orderId}, whose claim is ${branch ?? 'missing'}`,
  ]);
}

const ticketOf = { TRIED: 'ORDERED', CONFIRMED: 'SOLD' } as const;

/** The ticket of a claim that was cancelled may be another order's by now. */
function claimFindings({ orderId, state, status }: ClaimBook): Finding[] {
  if (state === 'CANCELLED' || status === ticketOf[state]) return [];
  return [
    { unit: `order ${orderId}`, problem: `has a ${state} claim and a ticket that is ${status ?? 'missing'}` },
  ];
}

function findings(unit: string, problems: readonly (string | false)[]): Finding[] {
  return problems.filter((problem) => problem !== false).map((problem) => ({ unit, problem }));
}

function say(left: number, reserved: number, sold: number): string {
  return `left ${left} + reserved ${reserved} + sold ${sold}`;
}

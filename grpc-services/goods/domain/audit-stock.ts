import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { Database } from '@tiffin/lib/engines/database';
import { type BookUnits, readStockBooks, type StockBook } from '../data/audit-stock.ts';

/** Goods that one statement looks at. */
const goodsOfPage = 500;

/**
 * Compares for all goods what they say about their units with the ledger, and the ledger with the orders that are open.
 * Only reads, and may run beside traffic. Resolves to at most `MAX_FINDINGS`, by rising ids of the goods; rejects
 * with the signal's reason between two pages.
 */
export async function auditStock(
  { database }: { readonly database: Pick<Database, 'transaction'> },
  signal?: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let afterGoodsId = '0';
  while (findings.length < MAX_FINDINGS) {
    signal?.throwIfAborted();
    const books = await readStockBooks(database, afterGoodsId, goodsOfPage);
    findings.push(...books.flatMap(findingsOf));
    if (books.length < goodsOfPage) break;
    afterGoodsId = books.at(-1)?.goodsId ?? afterGoodsId;
  }
  return findings.slice(0, MAX_FINDINGS);
}

function findingsOf({ goodsId, goods, ledger, initial, ...book }: StockBook): Finding[] {
  const { frozenByOrders, brokenEntryId } = book;
  const total = goods.available + goods.frozen + goods.sold;
  const problems = [
    total !== initial && `was given ${initial} units in all, and has ${say(goods)}`,
    say(goods) !== say(ledger) && `has ${say(goods)}, and the ledger tells ${say(ledger)}`,
    goods.frozen !== frozenByOrders && `has ${goods.frozen} frozen, and open orders froze ${frozenByOrders}`,
    Math.min(goods.available, goods.frozen, goods.sold) < 0 && `is below zero: ${say(goods)}`,
    brokenEntryId !== undefined &&
      `has the ledger entry ${brokenEntryId}, which does not follow from the one before it`,
  ];
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `goods ${goodsId}`, problem }));
}

function say({ available, frozen, sold }: BookUnits): string {
  return `available ${available} + frozen ${frozen} + sold ${sold}`;
}

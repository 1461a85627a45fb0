import { auditWallets } from '@tiffin/account/domain/audit-wallets';
import { auditCoupons } from '@tiffin/activity/domain/audit-coupons';
import { auditFlashSales } from '@tiffin/activity/domain/audit-flash-sales';
import { auditDeliveries } from '@tiffin/delivery/domain/audit-deliveries';
import { auditStock } from '@tiffin/goods/domain/audit-stock';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import type { Finding } from '@tiffin/lib/audit/finding';
import type { Clock } from '@tiffin/lib/clock/clock';
import { auditOrders } from '@tiffin/order/domain/audit-orders';
import { auditTransactions } from '@tiffin/order/domain/audit-transactions';
import type { Audited } from './audited.ts';
import { checkAmounts } from './check-amounts.ts';
import { checkBranches, checkOrphans } from './check-branches.ts';
import { checkDeliveries, checkUnpaidDeliveries } from './check-deliveries.ts';
import { checkEvents } from './check-events.ts';
import { checkOutboxes } from './check-outboxes.ts';

export interface Check {
  /** What holds where it finds nothing. */
  readonly claim: string;
  readonly find: (audited: Audited & { readonly clock: Clock }) => Promise<readonly Finding[]>;
}

/** What each service looks at by itself, each minute too; then what only all of them together can tell. */
export const checks: readonly Check[] = [
  {
    claim: 'stock: available + frozen + sold is what came, and what the ledger says',
    find: ({ databases }) => allFindings(auditStock({ database: databases.goods })),
  },
  {
    claim: 'wallets: the ledger sums to zero, and balances are what it says',
    find: ({ databases }) => allFindings(auditWallets({ database: databases.account })),
  },
  {
    claim: 'coupons: locked and used for the orders that have them',
    find: ({ databases }) => allFindings(auditCoupons({ database: databases.activity })),
  },
  {
    claim: 'flash sales: left + reserved + sold is what came, and what ledger, tickets and claims say',
    find: ({ databases }) => allFindings(auditFlashSales({ database: databases.activity })),
  },
  {
    claim: 'deliveries: none is without a courier for too long',
    find: ({ databases, clock }) => allFindings(auditDeliveries({ database: databases.delivery, clock })),
  },
  {
    claim: 'transactions: all come to their end in time',
    find: ({ databases, clock }) => allFindings(auditTransactions({ database: databases.order, clock })),
  },
  {
    claim: 'orders: each agrees with its transaction and its steps, and is paid or closed in time',
    find: ({ databases, clock }) => allFindings(auditOrders({ database: databases.order, clock })),
  },
  { claim: 'transactions: all participants stand where their order does', find: checkBranches },
  { claim: 'transactions: nobody holds anything for one that is not there', find: checkOrphans },
  { claim: 'amounts: stock, wallets, coupons and flash sales hold what orders say', find: checkAmounts },
  { claim: 'events: everybody has applied what was told of orders', find: checkEvents },
  { claim: 'events: none waits in an outbox or is given up', find: checkOutboxes },
  { claim: 'deliveries: each paid order has one, and is as far', find: checkDeliveries },
  { claim: 'deliveries: none is of an order that was not paid', find: checkUnpaidDeliveries },
];

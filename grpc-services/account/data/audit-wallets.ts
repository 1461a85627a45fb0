import type { Database } from '@tiffin/lib/engines/database';
import { fundsBranch } from './funds-branch.ts';

/** What one look over the books finds wrong. */
export interface BookProblem {
  /** `wallet 17 EUR`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

/** A look goes through the whole ledger; the time-out of other statements would end it. */
const maxLookMs = 60_000;

/** Each a statement of its own, and so a snapshot: traffic beside it cannot make it find what is not there. */
export const walletLooks: readonly string[] = [
  `select 'currency ' || currency as unit, 'has entries that do not sum to zero' as problem
   from account.ledger_transfer as transfer
   join account.ledger_entry as entry on entry.transfer_id = transfer.id
   group by currency
   having sum(entry.amount_cents) <> 0
   order by currency limit ?`,

  `select 'transfer ' || transfer.id as unit,
     case when count(entry) = 2 then 'has entries that do not sum to zero' else 'has not two entries' end as problem
   from account.ledger_transfer as transfer
   left join account.ledger_entry as entry on entry.transfer_id = transfer.id
   group by transfer.id
   having count(entry) <> 2 or sum(entry.amount_cents) <> 0
   order by transfer.id limit ?`,

  `with booked as (
     select user_id, currency,
       sum(amount_cents) filter (where account = 'USER_AVAILABLE') as available_cents,
       sum(amount_cents) filter (where account = 'USER_HELD') as held_cents
     from account.ledger_transfer as transfer
     join account.ledger_entry as entry on entry.transfer_id = transfer.id
     group by user_id, currency
   ), tried as (
     select user_id, currency, sum(amount_cents) as held_cents
     from account.tcc_branch as branch
     join account.ledger_transfer as transfer
       on transfer.order_id = branch.transaction_id and transfer.kind = 'HELD'
     join account.ledger_entry as entry on entry.transfer_id = transfer.id and account = 'USER_HELD'
     where branch.branch = '${fundsBranch}' and branch.state = 'TRIED'
     group by user_id, currency
   ), compared as (
     select user_id, currency, unnest(array[
       case when balance.available_cents <> coalesce(booked.available_cents, 0)
         then 'has available what the ledger does not tell' end,
       case when balance.held_cents <> coalesce(booked.held_cents, 0)
         then 'has held what the ledger does not tell' end,
       case when balance.held_cents <> coalesce(tried.held_cents, 0)
         then 'has held what open orders do not hold' end
     ]) as problem
     from account.wallet_balance as balance
     left join booked using (user_id, currency)
     left join tried using (user_id, currency)
   )
   select concat_ws(' ', 'wallet', user_id, currency) as unit, problem
   from compared where problem is not null
   order by user_id, currency, problem limit ?`,

  // Branches that ended long ago are deleted, so orders without one say nothing.
  `with booked as (
     select branch.transaction_id, branch.state,
       coalesce(string_agg(transfer.kind, ' ' order by transfer.kind), '') as kinds
     from account.tcc_branch as branch
     left join account.ledger_transfer as transfer on transfer.order_id = branch.transaction_id
     where branch.branch = '${fundsBranch}'
     group by branch.transaction_id, branch.state
   )
   select 'order ' || transaction_id as unit, 'has movements that do not fit how far it is' as problem
   from booked
   where not case state
     when 'TRIED' then kinds = 'HELD'
     when 'CONFIRMED' then kinds = 'CAPTURED HELD'
     else kinds in ('', 'HELD RELEASED')
   end
   order by transaction_id limit ?`,
];

/** The first `maxProblems` that one of the looks finds. Only reads. */
export function lookOver(
  database: Pick<Database, 'transaction'>,
  look: string,
  maxProblems: number,
): Promise<BookProblem[]> {
  return database.transaction(async (em) => {
    await em.execute(`set local statement_timeout = ${maxLookMs}`);
    return em.execute<BookProblem[]>(look, [maxProblems]);
  });
}

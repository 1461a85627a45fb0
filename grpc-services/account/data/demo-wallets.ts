import type { EntityManager } from '@mikro-orm/postgresql';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { movements } from './move-money.ts';
import { timestamp } from './timestamp.ts';

export interface DemoTopUp {
  readonly id: string;
  readonly userId: string;
  readonly cents: number;
  readonly at: string;
}

const dayMs = 86_400_000;
/** The demo customer has 50 EUR. */
const customerTopUpCents = [2_000, 3_000] as const;
/** How many of the others have money. */
const shareWithMoney = 0.1;

/** The top-ups of demo user `n`, oldest first, all of EUR: two for user 1, one for some of the others. */
export function demoTopUps(n: number): DemoTopUp[] {
  const random = DemoRandom.of('wallet', n);
  const hasMoney = random.next() < shareWithMoney;
  const cents = n === 1 ? customerTopUpCents : hasMoney ? [500 * random.between(1, 20)] : [];
  const intervalMs = random.between(1, 14) * dayMs;
  return cents.map((each, index) => ({
    id: String(demoId('top-up', 2 * n + index)),
    userId: String(demoId('user', n)),
    cents: each,
    at: timestamp(demoNowMs - (cents.length - index) * intervalMs),
  }));
}

/** Books them all, in one statement. Nobody has a balance yet. */
export async function insertDemoTopUps(em: EntityManager, topUps: readonly DemoTopUp[]): Promise<void> {
  const { from, to } = movements.TOPPED_UP;
  await em.execute(
    `with given as (
       select * from jsonb_to_recordset(?::jsonb) as given (id bigint, "userId" bigint, cents bigint, at timestamptz)
     ), balance as (
       insert into account.wallet_balance (user_id, currency, available_cents, held_cents)
       select "userId", 'EUR', sum(cents), 0 from given group by "userId"
     ), transfer as (
       insert into account.ledger_transfer (id, kind, user_id, currency, created_at)
       select id, 'TOPPED_UP', "userId", 'EUR', at from given
     )
     insert into account.ledger_entry (transfer_id, account, amount_cents)
     select id, side.account, side.sign * cents
     from given, (values (?::text, -1), (?, 1)) as side (account, sign)`,
    [JSON.stringify(topUps), from, to],
  );
  // A server would come to it by itself; the embedded engine never does, and plans badly without.
  await em.execute('analyze account.wallet_balance, account.ledger_transfer, account.ledger_entry');
}

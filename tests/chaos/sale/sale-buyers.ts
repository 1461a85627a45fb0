import { systemClock } from '@tiffin/lib/clock/clock';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { parseSigningKey } from '@tiffin/lib/identity/token-keys';
import type { Books } from './open-books.ts';

/** Somebody who wants a unit. */
export interface SaleBuyer {
  readonly userId: string;
  /** An access token that outlives the test. */
  readonly token: string;
  readonly addressId: string;
  /** Whom the rule of the sale keeps out. */
  readonly isElsewhere: boolean;
}

/** The rule that lets all in but those elsewhere. */
export const saleRules = [{ area: { areas: ['Mitte'] } }];

/** Above all ids of demo data, and below those that are drawn. */
const firstId = 50_000_000;
const elsewhereEvery = 20;
const lifetimeMs = 12 * 3_600_000;

/** Accounts with an address each, without passwords: a hash for each of ten thousand would take minutes. */
export async function addSaleBuyers(books: Books, signingKey: string, count: number): Promise<SaleBuyer[]> {
  const last = firstId + count;
  // Nobody has read them, so there is nothing for triggers to say.
  await books.query(`
    begin; set local session_replication_role = replica;
    insert into account."user" (id, email, email_key, password_hash, display_name, roles, created_at)
    select n, 'sale-' || n, 'sale-' || n, 'none', 'Buyer', '{CUSTOMER}', now() - interval '1 day'
    from generate_series(${firstId + 1}, ${last}) as n;
    insert into account.address (id, user_id, label, street, city, postal_code, area)
    select n, n, 'Home', 'Street 1', 'Berlin', '10115', case when n % ${elsewhereEvery} = 0 then 'Spandau' else 'Mitte' end
    from generate_series(${firstId + 1}, ${last}) as n;
    commit`);
  const signer = createAccessTokenSigner({
    key: await parseSigningKey(signingKey),
    clock: systemClock,
    lifetimeMs,
  });
  const buyers: SaleBuyer[] = [];
  for (let id = firstId + 1; id <= last; id++) {
    const userId = String(id);
    const { token } = await signer.sign({ userId, roles: ['CUSTOMER'] });
    buyers.push({ userId, token, addressId: userId, isElsewhere: id % elsewhereEvery === 0 });
  }
  return buyers;
}

/** In another order for each seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = DemoRandom.of('order of buyers', seed);
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    [mixed[last], mixed[other]] = [mixed[other] as Item, mixed[last] as Item];
  }
  return mixed;
}

import { join } from 'node:path';
import { insertDemoTopUps } from '@tiffin/account/data/demo-wallets';
import { systemClock } from '@tiffin/lib/clock/clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import type { Database } from '@tiffin/lib/engines/database';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { generateTokenKeysOnce } from '@tiffin/lib/identity/token-keys';

export interface LastUnitBuyer {
  readonly userId: string;
  readonly token: string;
  readonly addressId: string;
  readonly couponId: string;
}

export const walletCents = 1_500;

/**
 * Demo users with an address, a token, money and a coupon each; none had money before. In few statements: it is not the
 * top-ups and grants that are tested here.
 */
export async function gatherBuyers(
  databases: ReadonlyMap<string, Database>,
  dataDir: string,
  count: number,
): Promise<LastUnitBuyer[]> {
  const [account, activity] = [databases.get('account'), databases.get('activity')];
  if (!account || !activity) throw new Error('The services have not started.');
  const users = await account.query<{ user_id: string; address_id: string }>(
    `select user_id, min(address.id) as address_id from account.address
     left join account.wallet_balance using (user_id)
     where currency is null group by user_id order by user_id limit ?`,
    [count],
  );
  const { signingKey } = await generateTokenKeysOnce(join(dataDir, 'keys'));
  const signer = createAccessTokenSigner({ key: signingKey, clock: systemClock });
  const buyers = await Promise.all(
    users.map(async ({ user_id, address_id }, index) => {
      const userId = String(user_id);
      const { token } = await signer.sign({ userId, roles: ['CUSTOMER'] });
      return { userId, token, addressId: String(address_id), couponId: String(demoId('last coupon', index)) };
    }),
  );
  const at = new Date(systemClock.now()).toISOString();
  await account.transaction((em) =>
    insertDemoTopUps(
      em,
      buyers.map(({ userId }, index) => ({
        ...{ id: String(demoId('last top-up', index)), userId, cents: walletCents, at },
      })),
    ),
  );
  await activity.query(
    `with campaign as (
       update activity.campaign set granted_coupons = granted_coupons + ? where id = ? returning *
     )
     insert into activity.coupon
       (id, user_id, campaign_id, name, status, discount_cents, minimum_total_cents, currency, granted_at, expires_at)
     select buyer."couponId", buyer."userId", id, name, 'AVAILABLE', discount_cents, minimum_total_cents, currency, now(),
       now() + interval '1 day'
     from campaign, jsonb_to_recordset(?::jsonb) as buyer ("couponId" bigint, "userId" bigint)`,
    [buyers.length, String(demoId('campaign', 2)), JSON.stringify(buyers)],
  );
  return buyers;
}

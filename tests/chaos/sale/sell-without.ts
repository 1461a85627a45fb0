import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { createSale } from '../../sale.ts';
import { soon } from '../../soon.ts';
import { spawnTiffin } from '../../spawn-platform.ts';
import { splitSettings } from '../../split-settings.ts';
import { clientOf } from '../../start-platform.ts';
import { askForUnit, type SaleShop, toldNothing } from './buy-unit.ts';
import { findSaleFaults, readSaleState } from './find-sale-faults.ts';
import { droppedBy, type Layer } from './layers.ts';
import { openBooks } from './open-books.ts';
import { addSaleBuyers } from './sale-buyers.ts';
import { saleSettings } from './sale-fleet.ts';

/** What a small sale came to. */
export interface SoldWithout {
  /** Units that orders hold. */
  readonly claimed: number;
  readonly left: number;
  /** Of the user who has most. */
  readonly ticketsOfUser: number;
  readonly ordersOfUser: number;
  /** What the chaos finds wrong with it at any moment. */
  readonly broken: readonly string[];
  /** What it finds besides, where a sale is over: each kind of sentence once, without ids. */
  readonly faults: readonly string[];
}

export const units = 20;
export const users = 25;
const times = 2;
const maxEndMs = 60_000;

/** Each of 25 users joins a sale of 20 units twice, on a platform in one process where layers are off. */
export async function sellWithout(layers: readonly Layer[]): Promise<SoldWithout> {
  await using stack = new AsyncDisposableStack();
  const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
  stack.defer(() => postgres.drop());
  stack.defer(() => redis.stop());
  const dataDir = mkdtempSync(joinPath(tmpdir(), 'tiffin-sale-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  // Without brokers, whether there are any or not: events go from hand to hand.
  process.env['TEST_KAFKA_BROKERS'] ??= '127.0.0.1:1';
  const { KAFKA_BROKERS: _, ...settings } = await splitSettings({ postgres, redis });
  // Nobody pays, and no unit comes back before it is counted.
  const unpaid = { SALE_UNPAID_MS: '600000' };
  const own: Record<string, string> = {
    ...settings,
    ...saleSettings(1, layers),
    ...unpaid,
    PORT: '0',
    DATA_DIR: dataDir,
  };
  const running = stack.use(await spawnTiffin([], own));
  const books = await openBooks(postgres.url);
  stack.defer(() => books.close());
  for (const sql of layers.flatMap((layer) => droppedBy[layer])) await books.query(sql);
  const client = clientOf(running.addressOf('gateway'));
  const buyers = await addSaleBuyers(books, own['TOKEN_SIGNING_KEY'] ?? '', users);
  const saleId = await createSale(client, await client.logIn('admin'), { stock: units });
  const closed = AbortSignal.timeout(maxEndMs);
  const shop: SaleShop = { gateway: client, saleId, tally: new Map(), isLate: () => false, closed };
  for (const buyer of buyers) {
    const told = toldNothing(buyer);
    for (let time = 0; time < times; time++) await askForUnit(shop, told);
  }
  await soon(async () => {
    const queued =
      "select id from activity.flash_sale_ticket where flash_sale_id = ? and status = 'QUEUED' limit 1";
    return (await books.query(queued, [saleId])).length === 0 || undefined;
  }, maxEndMs);
  const most = (table: string) => `(select coalesce(max(count), 0)::integer from (
    select count(*) from ${table} where flash_sale_id = sale.id group by user_id) as of_user)`;
  const [sold] = await books.query<Omit<SoldWithout, 'broken' | 'faults'>>(
    `select left_units as left, reserved + sold as claimed,
       ${most('activity.flash_sale_ticket')} as "ticketsOfUser", ${most('"order"."order"')} as "ordersOfUser"
     from activity.flash_sale as sale where id = ?`,
    [saleId],
  );
  if (!sold) throw new Error('The sale is gone.');
  const { broken } = await readSaleState(books, saleId, units);
  // Redis was told to count nothing.
  const all = await findSaleFaults(books, saleId, units, async () => '0 left, 0 promised');
  const faults = all.slice(broken.length).map((sentence) => sentence.replace(/\d{5,}/g, 'N'));
  return { ...sold, broken, faults: [...new Set(faults)] };
}

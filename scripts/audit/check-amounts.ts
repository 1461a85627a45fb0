import type { Finding } from '@tiffin/lib/audit/finding';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import { type Audited, findByPages } from './audited.ts';
import { readSettled, type SettledTransaction, stillSettled } from './settled-transactions.ts';

/** What orders say that they hold or have spent, or what somebody else says about it; a text for each order and thing. */
type Amounts = ReadonlyMap<string, readonly string[]>;

interface Ordered {
  readonly id: string;
  readonly user_id: string;
  readonly currency: string;
  readonly coupon_id: string | null;
  readonly wallet_cents: string;
  /** Then its unit comes from there, and none from the goods' stock. */
  readonly flash_sale_id: string | null;
  readonly items_json: string;
}

/** Orders hold and have spent what they say: units of goods or of a flash sale, the money of their users, their coupons. */
export function checkAmounts(audited: Audited): Promise<Finding[]> {
  return findByPages(
    (after: SettledTransaction | undefined, limit) => readSettled(audited, after, limit),
    async (transactions) => {
      const ids = bigintArray(transactions.map(({ id }) => id));
      const orders = new Map((await readOrders(audited, ids)).map((order) => [String(order.id), order]));
      const booked = await Promise.all([
        readStock(audited, ids),
        readMoney(audited, ids),
        readCoupons(audited, ids),
        readFlashUnits(audited, ids),
      ]);
      const found = new Map<string, string[]>();
      for (const transaction of transactions) {
        const wanted = amountsOf(transaction, orders.get(transaction.id));
        const problems = wanted.flatMap((texts, index) =>
          differenceOf(texts, booked[index]?.get(transaction.id) ?? []),
        );
        if (problems.length > 0) found.set(transaction.id, problems);
      }
      return stillSettled(audited, transactions, found);
    },
  );
}

function differenceOf(wanted: readonly string[], booked: readonly string[]): string[] {
  const missing = wanted.filter((text) => !booked.includes(text));
  const odd = booked.filter((text) => !wanted.includes(text));
  if (missing.length === 0 && odd.length === 0) return [];
  const say = (texts: readonly string[]) => texts.map((text) => text.replace(/ of user \d+$/, '')).join(', ');
  // Users go by no name here, so that two of them look alike.
  const isUser = say(missing) === say(odd);
  return [
    `has ${say(wanted) || 'nothing'}, and the books say ${isUser ? 'the same of another user' : say(booked) || 'nothing'}`,
  ];
}

/** Of stock, money, coupons and flash sales. A transaction that has ended in vain has none. */
function amountsOf({ state }: SettledTransaction, order: Ordered | undefined): string[][] {
  if (!order || state === 'CANCELLED') return [[], [], [], []];
  const { user_id, currency, coupon_id, wallet_cents, flash_sale_id, items_json } = order;
  const isSpent = state === 'CONFIRMED';
  const items = Object.entries(JSON.parse(items_json) as Record<string, number>);
  const [frozen, sold] = isSpent ? [0, 1] : [1, 0];
  return [
    flash_sale_id === null
      ? items.map(([goodsId, quantity]) => unitsOf(goodsId, frozen * quantity, sold * quantity))
      : [],
    Number(wallet_cents) === 0
      ? []
      : [moneyOf(currency, isSpent ? '0' : wallet_cents, isSpent ? wallet_cents : '0', user_id)],
    coupon_id === null ? [] : [couponOf(coupon_id, isSpent ? 'USED' : 'LOCKED', user_id)],
    flash_sale_id === null ? [] : [flashUnitsOf(flash_sale_id, frozen, sold, user_id)],
  ];
}

const unitsOf = (goodsId: string, frozen: number, sold: number) =>
  `${frozen} frozen + ${sold} sold of goods ${goodsId}`;
const flashUnitsOf = (flashSaleId: string, held: number, sold: number, userId: string) =>
  `${held} held + ${sold} sold of flash sale ${flashSaleId} of user ${userId}`;
const moneyOf = (currency: string, held: string, captured: string, userId: string) =>
  `${held} held + ${captured} captured ${currency} cents of user ${userId}`;
const couponOf = (id: string, status: string, userId: string) => `${status} coupon ${id} of user ${userId}`;

function readOrders({ databases }: Audited, ids: string): Promise<Ordered[]> {
  return databases.order.query<Ordered>(
    `select id, user_id, currency, coupon_id, wallet_cents, flash_sale_id,
       (select json_object_agg(goods_id, quantity) from "order".order_item where order_id = placed.id)::text as items_json
     from "order"."order" as placed where id = any(?::bigint[])`,
    [ids],
  );
}

async function readStock({ databases }: Audited, ids: string): Promise<Amounts> {
  const rows = await databases.goods.query<{ id: string; goods_id: string; frozen: string; sold: string }>(
    `select order_id as id, goods_id, sum(frozen_delta) as frozen, sum(sold_delta) as sold
     from goods.stock_entry where order_id = any(?::bigint[]) group by order_id, goods_id
     having sum(frozen_delta) <> 0 or sum(sold_delta) <> 0 order by order_id, goods_id`,
    [ids],
  );
  return byOrder(rows, ({ goods_id, frozen, sold }) => unitsOf(goods_id, Number(frozen), Number(sold)));
}

async function readMoney({ databases }: Audited, ids: string): Promise<Amounts> {
  type Row = { id: string; user_id: string; currency: string; held: string; captured: string };
  const rows = await databases.account.query<Row>(
    `select order_id as id, user_id, currency,
       coalesce(sum(amount_cents) filter (where account = 'USER_HELD'), 0) as held,
       coalesce(sum(amount_cents) filter (where account = 'ORDER_REVENUE'), 0) as captured
     from account.ledger_transfer as transfer
     join account.ledger_entry as entry on entry.transfer_id = transfer.id
     where order_id = any(?::bigint[]) group by order_id, user_id, currency`,
    [ids],
  );
  const moved = rows.filter(({ held, captured }) => Number(held) !== 0 || Number(captured) !== 0);
  return byOrder(moved, ({ currency, held, captured, user_id }) =>
    moneyOf(currency, String(held), String(captured), user_id),
  );
}

async function readCoupons({ databases }: Audited, ids: string): Promise<Amounts> {
  type Row = { id: string; coupon_id: string; status: string; user_id: string };
  const rows = await databases.activity.query<Row>(
    `select locked_by as id, id as coupon_id, status, user_id from activity.coupon
     where locked_by = any(?::bigint[])`,
    [ids],
  );
  return byOrder(rows, ({ coupon_id, status, user_id }) => couponOf(coupon_id, status, user_id));
}

/** With the user whose ticket it is. */
async function readFlashUnits({ databases }: Audited, ids: string): Promise<Amounts> {
  type Row = { id: string; flash_sale_id: string; held: string; sold: string; user_id: string | null };
  const rows = await databases.activity.query<Row>(
    `select entry.order_id as id, entry.flash_sale_id, sum(reserved_delta) as held, sum(sold_delta) as sold,
       max(ticket.user_id) as user_id
     from activity.flash_sale_stock_entry as entry
     left join activity.flash_sale_ticket as ticket on ticket.order_id = entry.order_id
     where entry.order_id = any(?::bigint[]) group by entry.order_id, entry.flash_sale_id
     having sum(reserved_delta) <> 0 or sum(sold_delta) <> 0`,
    [ids],
  );
  return byOrder(rows, ({ flash_sale_id, held, sold, user_id }) =>
    flashUnitsOf(flash_sale_id, Number(held), Number(sold), user_id ?? 'nobody'),
  );
}

function byOrder<Row extends { id: string }>(rows: readonly Row[], textOf: (row: Row) => string): Amounts {
  const groups = Map.groupBy(rows, ({ id }) => String(id));
  return new Map([...groups].map(([id, some]) => [id, some.map(textOf)]));
}

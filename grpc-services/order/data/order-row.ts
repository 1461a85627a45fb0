import type { Order, OrderItem, OrderStatus } from './order-entity.ts';

/** The columns of an order with its items in one value, for a query of `"order"."order" as placed`. */
export const orderColumns = `
  placed.id, placed.user_id, placed.shop_id, placed.status, placed.total_cents, placed.currency,
  placed.coupon_id, placed.discount_cents, placed.wallet_cents,
  placed.label, placed.street, placed.city, placed.postal_code, placed.area, placed.version,
  placed.flash_sale_id, placed.flash_ticket_id,
  (extract(epoch from placed.placed_at) * 1000)::float8 as placed_at_ms,
  (
    select json_agg(json_build_array(item.goods_id::text, item.quantity, item.unit_price_cents) order by item.position)
    from "order".order_item as item where item.order_id = placed.id
  )::text as items_json`;

/** As both engines answer: a bigint is text. */
export interface OrderRow {
  readonly id: string;
  readonly user_id: string;
  readonly shop_id: string;
  readonly status: OrderStatus;
  readonly total_cents: string;
  readonly currency: string;
  readonly coupon_id: string | null;
  readonly discount_cents: string;
  readonly wallet_cents: string;
  readonly label: string;
  readonly street: string;
  readonly city: string;
  readonly postal_code: string;
  readonly area: string;
  readonly version: number;
  readonly flash_sale_id: string | null;
  readonly flash_ticket_id: string | null;
  readonly placed_at_ms: number;
  readonly items_json: string;
}

export function toOrder(row: OrderRow): Order {
  const { currency, label, street, city, area, flash_sale_id: saleId, flash_ticket_id: ticketId } = row;
  return {
    id: row.id,
    userId: row.user_id,
    shopId: row.shop_id,
    status: row.status,
    items: toItems(row.items_json, currency),
    total: { amountCents: Number(row.total_cents), currency },
    couponId: row.coupon_id ?? undefined,
    discount: { amountCents: Number(row.discount_cents), currency },
    walletAmount: { amountCents: Number(row.wallet_cents), currency },
    address: { label, street, city, postalCode: row.postal_code, area },
    placedAt: new Date(row.placed_at_ms),
    version: row.version,
    flashSale: saleId && ticketId ? { id: saleId, ticketId } : undefined,
  };
}

function toItems(json: string, currency: string): OrderItem[] {
  const items: [goodsId: string, quantity: number, unitPriceCents: number][] = JSON.parse(json);
  return items.map(([goodsId, quantity, amountCents]) => ({
    goodsId,
    quantity,
    unitPrice: { amountCents, currency },
  }));
}

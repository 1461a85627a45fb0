export type DeliveryStatus = 'REQUESTED' | 'ASSIGNED' | 'PICKED_UP' | 'DELIVERED';

/** How a paid order reaches its customer. An order has one. */
export interface Delivery {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly orderId: string;
  readonly userId: string;
  readonly shopId: string;
  readonly status: DeliveryStatus;
  /** Undefined until a courier is assigned. */
  readonly courierName: string | undefined;
  readonly requestedAt: Date;
  /** When it came to its status. */
  readonly changedAt: Date;
  /** Rises by one with every change of the status. */
  readonly version: number;
}

/** The columns of a `Delivery`, of the table under the name `row`. */
export const deliveryColumns = `
  row.id, row.order_id, row.user_id, row.shop_id, row.status, row.courier_name, row.version,
  (extract(epoch from row.requested_at) * 1000)::float8 as requested_at_ms,
  (extract(epoch from row.changed_at) * 1000)::float8 as changed_at_ms`;

/** As both engines answer: a bigint is text. */
export interface DeliveryRow {
  readonly id: string;
  readonly order_id: string;
  readonly user_id: string;
  readonly shop_id: string;
  readonly status: DeliveryStatus;
  readonly courier_name: string | null;
  readonly version: number;
  readonly requested_at_ms: number;
  readonly changed_at_ms: number;
}

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    shopId: row.shop_id,
    status: row.status,
    courierName: row.courier_name ?? undefined,
    requestedAt: new Date(row.requested_at_ms),
    changedAt: new Date(row.changed_at_ms),
    version: row.version,
  };
}

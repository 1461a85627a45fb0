import assert from 'node:assert/strict';
import type { UserIdentity } from '@tiffin/lib/identity/identity';
import { callBy } from '@tiffin/lib/testing/call-by';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { OrderDeps } from '../domain/deps.ts';
import type { FlashJoin } from '../domain/place-flash-order.ts';
import { placeFlashOrders } from '../jobs/place-flash-orders.ts';
import { addressId, customer, openShopId } from '../neighbours-test-bed.ts';
import type { OrderTestBed } from '../order-test-bed.ts';

let tickets = 6_000;
let sales = 700;
let events = 0;

/** A flash sale of the bed, its buyers, and what is told of them. */
export class FlashJoins {
  readonly bed: OrderTestBed;
  flashSaleId = '';

  constructor(bed: OrderTestBed) {
    this.bed = bed;
  }

  /** Begins another flash sale. What was of the one before is forgotten, but not what orders hold of it. */
  begin(units: number): void {
    const { flashSales } = this.bed;
    this.flashSaleId = String(++sales);
    flashSales.left = units;
    flashSales.tickets.clear();
    flashSales.held.clear();
    flashSales.sold.clear();
  }

  /** Puts somebody into the queue. */
  queue(change: Partial<FlashJoin> = {}): FlashJoin {
    const ticketId = String(++tickets);
    this.bed.flashSales.tickets.set(ticketId, 'QUEUED');
    const price = { amountCents: 99, currency: 'EUR' };
    const { flashSaleId } = this;
    const wanted = { ticketId, flashSaleId, shopId: openShopId, goodsId: '5', price };
    return { ...wanted, userId: customer.userId, addressId, ...change };
  }

  /** Tells the service of it as the bus does. */
  async hear(join: FlashJoin, event = this.event(), deps: OrderDeps = this.bed.deps): Promise<void> {
    const signal = new AbortController().signal;
    await placeFlashOrders(deps).handle({ event, payload: join, attempt: 1, signal });
  }

  /** An event of now. */
  event(): Event {
    return Event.fromPartial({ id: `joined-${++events}`, occurredAt: new Date(this.bed.clock.now()) });
  }

  /** The orders of a user of the flash sale of now. */
  async orders({ userId }: Pick<UserIdentity, 'userId'> = customer) {
    const all = await this.bed.ordersOf(userId);
    return all.filter((order) => order.flashSaleId === this.flashSaleId);
  }

  /** `left`, what is held and what is sold. */
  get units(): readonly number[] {
    const { left, held, sold } = this.bed.flashSales;
    return [left, held.size, sold.size];
  }

  statusOf({ ticketId }: FlashJoin): string | undefined {
    return this.bed.flashSales.tickets.get(ticketId);
  }

  /** Fails unless each held unit is that of an unpaid order, and each sold one that of a paid one. */
  async assertBalanced(users: readonly Pick<UserIdentity, 'userId'>[] = [customer]): Promise<void> {
    const orders = (await Promise.all(users.map((user) => this.orders(user)))).flat();
    const idsOf = (...statuses: string[]) =>
      orders.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
    const { held, sold } = this.bed.flashSales;
    assert.deepEqual([...held.keys()].sort(), idsOf('ORDER_STATUS_CREATED').sort());
    assert.deepEqual([...sold.keys()].sort(), idsOf('ORDER_STATUS_PAID', 'ORDER_STATUS_COMPLETED').sort());
  }

  /** The order that came of the last. */
  async onlyOrder() {
    const orders = await this.orders();
    assert.equal(orders.length, 1);
    return orders[0] ?? assert.fail();
  }

  pay(orderId: string) {
    const key = { idempotencyKey: crypto.randomUUID() };
    return this.bed.api.payOrder({ ...key, orderId, paymentToken: 'sandbox-ok' }, callBy(customer));
  }
}

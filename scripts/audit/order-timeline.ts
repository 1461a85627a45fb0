import { type Audited, auditedServices } from './audited.ts';
import { orderConsumers } from './consumers.ts';
import { type ParticipantName, participants } from './participants.ts';
import { atMs, entryOf, type Timeline, type TimelineEntry, type WhatRow } from './timeline.ts';

/** Everything that happened to an order, in all services. */
export async function readOrderTimeline(audited: Audited, orderId: string): Promise<Timeline> {
  const held = [stockPart, fundsPart, couponPart, flashSalePart];
  const read = [orderPart, transactionPart, ...held, deliveryPart, eventPart];
  const parts = await Promise.all(read.map((part) => part(audited, orderId)));
  return { now: parts.flatMap(({ now }) => now), entries: parts.flatMap(({ entries }) => entries) };
}

type Part = (audited: Audited, orderId: string) => Promise<Timeline>;

/** Of one service's statements. None gives more than a few hundred rows, as many as an order has items. */
const maxRows = 500;

const orderPart: Part = async ({ databases: { order } }, orderId) => {
  const [now, steps, tasks] = await Promise.all([
    order.query<{ what: string }>(
      `select status || ' in version ' || version || ', shop ' || shop_id || ', ' || total_cents || ' ' || currency
         || ' cents in all, ' || discount_cents || ' off' || coalesce(' by coupon ' || coupon_id, '') || ', '
         || wallet_cents || ' from the wallet: ' || (
           select string_agg(quantity || ' of goods ' || goods_id, ', ' order by position)
           from "order".order_item where order_id = placed.id) as what
       from "order"."order" as placed where id = ?`,
      [orderId],
    ),
    order.query<WhatRow>(
      `select ${atMs('at')}, 'order is ' || status || coalesce(', told by event ' || event_id, '') as what
       from "order".order_step where order_id = ? order by at, version limit ${maxRows}`,
      [orderId],
    ),
    order.query<WhatRow>(
      `select ${atMs('due_at')}, 'task ' || kind || ' is due' as what
       from "order".delayed_task where key = ? order by due_at limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return { now: now.map(({ what }) => what), entries: [...steps, ...tasks].map(entryOf('order')) };
};

const transactionPart: Part = async ({ databases: { order } }, orderId) => {
  const [now, moments, resolutions] = await Promise.all([
    order.query<{ what: string }>(
      `select 'its transaction is ' || state || ' after ' || attempts || ' attempts in vain, open: ' || open::text
         || case when last_error = '' then '' else ', last with ' || last_error end as what
       from "order".tcc_transaction where id = ?`,
      [orderId],
    ),
    order.query<WhatRow>(
      `select ${atMs('moment.at')}, what
       from "order".tcc_transaction
       cross join lateral (values
         (begun_at, 'transaction begins with ' || participants::text),
         (decided_at, 'transaction is decided'),
         (ended_at, 'transaction has ended: ' || state)) as moment (at, what)
       where id = ? and moment.at is not null`,
      [orderId],
    ),
    order.query<WhatRow>(
      `select ${atMs('at')}, 'somebody resolves it: ' || resolution as what
       from "order".tcc_resolution where transaction_id = ? order by id limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return { now: now.map(({ what }) => what), entries: [...moments, ...resolutions].map(entryOf('order')) };
};

/** What a participant's branch is since when. */
async function readBranch(
  { databases }: Audited,
  name: ParticipantName,
  orderId: string,
): Promise<TimelineEntry[]> {
  const { service, branch } = participants[name];
  const rows = await databases[service].query<WhatRow>(
    `select ${atMs('changed_at')}, 'branch of ${name} is ' || state as what
     from "${service}".tcc_branch where transaction_id = ? and branch = ?`,
    [orderId, branch],
  );
  return rows.map(entryOf(service));
}

const stockPart: Part = async (audited, orderId) => {
  const [branch, entries] = await Promise.all([
    readBranch(audited, 'stock', orderId),
    audited.databases.goods.query<WhatRow>(
      `select ${atMs('created_at')}, kind || ' goods ' || goods_id || ': available ' || delta || ', frozen '
         || frozen_delta || ', sold ' || sold_delta as what
       from goods.stock_entry where order_id = ? order by id limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return { now: [], entries: [...branch, ...entries.map(entryOf('goods'))] };
};

const fundsPart: Part = async (audited, orderId) => {
  const [branch, entries] = await Promise.all([
    readBranch(audited, 'funds', orderId),
    audited.databases.account.query<WhatRow>(
      `select ${atMs('created_at')}, kind || ' ' || currency || ' cents: ' || (
         select string_agg(account || ' ' || amount_cents, ', ' order by account)
         from account.ledger_entry where transfer_id = transfer.id) as what
       from account.ledger_transfer as transfer where order_id = ? order by id limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return { now: [], entries: [...branch, ...entries.map(entryOf('account'))] };
};

const couponPart: Part = async (audited, orderId) => {
  const { activity } = audited.databases;
  const [branch, held, granted] = await Promise.all([
    readBranch(audited, 'coupon', orderId),
    activity.query<{ what: string }>(
      `select 'coupon ' || id || ' is ' || status || ' for it' as what
       from activity.coupon where locked_by = ? order by id limit ${maxRows}`,
      [orderId],
    ),
    activity.query<WhatRow>(
      `select ${atMs('granted_at')}, 'campaign ' || campaign_id || ' grants coupon ' || id || ' for it' as what
       from activity.coupon where order_id = ? order by id limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return {
    now: held.map(({ what }) => what),
    entries: [...branch, ...granted.map(entryOf('activity'))],
  };
};

const flashSalePart: Part = async (audited, orderId) => {
  const { activity } = audited.databases;
  const [branch, tickets, entries] = await Promise.all([
    readBranch(audited, 'flashSale', orderId),
    activity.query<{ what: string }>(
      `select 'ticket ' || id || ' of flash sale ' || flash_sale_id || ' is ' || status as what
       from activity.flash_sale_ticket where order_id = ? limit ${maxRows}`,
      [orderId],
    ),
    activity.query<WhatRow>(
      `select ${atMs('at')}, kind || ' a unit of flash sale ' || flash_sale_id || ': left ' || left_delta || ', reserved '
         || reserved_delta || ', sold ' || sold_delta as what
       from activity.flash_sale_stock_entry where order_id = ? order by id limit ${maxRows}`,
      [orderId],
    ),
  ]);
  return { now: tickets.map(({ what }) => what), entries: [...branch, ...entries.map(entryOf('activity'))] };
};

const deliveryPart: Part = async ({ databases: { delivery } }, orderId) => {
  const rows = await delivery.query<WhatRow>(
    `select ${atMs('moment.at')}, what
     from delivery.delivery
     cross join lateral (values
       (requested_at, 'delivery ' || id || ' is requested'),
       (case when version > 1 then changed_at end, 'delivery ' || id || ' is ' || status || ' in version ' || version))
       as moment (at, what)
     where order_id = ? and moment.at is not null limit ${maxRows}`,
    [orderId],
  );
  return { now: [], entries: rows.map(entryOf('delivery')) };
};

/** Who applied the events of its steps, and which events wait still. */
const eventPart: Part = async ({ databases }, orderId) => {
  const steps = await databases.order.query<{ event_id: string }>(
    `select event_id from "order".order_step where order_id = ? and event_id is not null limit ${maxRows}`,
    [orderId],
  );
  const eventIds = JSON.stringify(steps.map(({ event_id }) => event_id));
  const consumers = JSON.stringify(orderConsumers.map(({ consumer }) => consumer));
  const listening = auditedServices.filter((name) => orderConsumers.some(({ service }) => service === name));
  const applied = await Promise.all(
    listening.map(async (service) => {
      const rows = await databases[service].query<WhatRow>(
        `select ${atMs('seen_at')}, consumer || ' applied event ' || event_id as what from "${service}".inbox
         where consumer in (select jsonb_array_elements_text(?::jsonb))
           and event_id in (select jsonb_array_elements_text(?::jsonb)) limit ${maxRows}`,
        [consumers, eventIds],
      );
      return rows.map(entryOf(service));
    }),
  );
  const waiting = await databases.order.query<WhatRow>(
    `select ${atMs('occurred_at')}, 'event ' || event_id || ' of ' || topic || ' is ' || state || ' in the outbox after '
       || attempts || ' refusals' as what
     from "order".outbox where aggregate_id = ? order by id limit ${maxRows}`,
    [orderId],
  );
  return { now: [], entries: [...applied.flat(), ...waiting.map(entryOf('order'))] };
};

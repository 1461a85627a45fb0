import { Migration } from '@mikro-orm/migrations';
import { inboxTableSql } from '@tiffin/lib/events/inbox';
import { idempotencyTableSql } from '@tiffin/lib/idempotency/idempotency-table';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';
import { branchTableSql } from '@tiffin/lib/tcc/branch-rows';

const largestCents = '9007199254740991';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    const shared = [workerLeaseTableSql, branchTableSql, idempotencyTableSql, inboxTableSql];
    for (const sql of shared.flatMap((tableSql) => tableSql('activity'))) this.addSql(sql);
    // A campaign that is ended before its start ends before it too, so no check compares the two.
    this.addSql(`
      create table activity.campaign (
        id bigint primary key check (id > 0),
        name text not null check (char_length(name) between 1 and 80),
        trigger text not null check (trigger in ('ORDER_PAID', 'MANUAL')),
        discount_cents bigint not null check (discount_cents between 1 and ${largestCents}),
        minimum_total_cents bigint not null check (minimum_total_cents between 0 and ${largestCents}),
        currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        coupon_days integer not null check (coupon_days between 1 and 365),
        max_coupons integer not null check (max_coupons between 1 and 1000000),
        granted_coupons integer not null check (granted_coupons between 0 and max_coupons),
        version integer not null check (version > 0)
      )`);
    this.addSql(`create index campaign_by_end on activity.campaign (ends_at) where trigger = 'ORDER_PAID'`);
    // The rows of many buyers' coupons rest on one campaign; what they need of it is copied, so that nobody who reads or
    // locks a coupon goes near that row, and so that a coupon stays as it was granted.
    this.addSql(`
      create table activity.coupon (
        id bigint primary key check (id > 0),
        user_id bigint not null,
        campaign_id bigint not null references activity.campaign (id),
        name text not null,
        status text not null check (status in ('AVAILABLE', 'LOCKED', 'USED')),
        locked_by bigint check ((locked_by is null) = (status = 'AVAILABLE')),
        discount_cents bigint not null,
        minimum_total_cents bigint not null,
        currency char(3) not null,
        granted_at timestamptz not null,
        expires_at timestamptz not null,
        order_id bigint
      )`);
    this.addSql("comment on column activity.coupon.locked_by is 'The order that holds it, or has used it'");
    this.addSql(
      "comment on column activity.coupon.order_id is 'The paid order it was granted for; null where somebody gave it'",
    );
    this.addSql('create index coupon_by_user on activity.coupon (user_id, id)');
    this.addSql(
      'create unique index coupon_by_lock on activity.coupon (locked_by) where locked_by is not null',
    );
    // Any number of a campaign's coupons have no order: nulls differ from each other.
    this.addSql('create unique index coupon_by_order on activity.coupon (campaign_id, order_id)');
  }

  override down(): void {
    const tables = ['coupon', 'campaign', 'inbox', 'idempotency_key', 'tcc_branch', 'worker_lease'];
    this.addSql(`drop table ${tables.map((table) => `activity.${table}`).join(', ')}`);
  }
}

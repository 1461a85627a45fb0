import { Migration } from '@mikro-orm/migrations';
import { branchTableSql } from '@tiffin/lib/tcc/branch-rows';

export class StockBranches extends Migration {
  override readonly name = '0005-stock-branches';

  override up(): void {
    for (const sql of branchTableSql('goods')) this.addSql(sql);
    // The open ones are few among all that ever were: an audit finds them without reading the others.
    this.addSql("create index tcc_branch_tried on goods.tcc_branch (transaction_id) where state = 'TRIED'");
    this.addSql(`
      alter table goods.goods
        add column frozen integer not null default 0 check (frozen >= 0),
        add column sold bigint not null default 0 check (sold >= 0)`);
    this.addSql(`
      alter table goods.stock_entry
        drop constraint stock_entry_delta_check,
        drop constraint stock_entry_kind_check,
        drop constraint stock_entry_check1,
        add column frozen_delta integer not null default 0,
        add column sold_delta integer not null default 0,
        add column frozen_after integer check (frozen_after >= 0),
        add column sold_after bigint check (sold_after >= 0)`);
    for (const sql of moveReservations) this.addSql(sql);
    // Orders move units from one column to another: only an adjustment changes how many there are in all.
    this.addSql(`
      alter table goods.stock_entry
        alter column frozen_after set not null,
        alter column sold_after set not null,
        add constraint stock_entry_moves check (case kind
          when 'ADJUST' then delta <> 0 and frozen_delta = 0 and sold_delta = 0
          when 'RESERVE' then delta < 0 and frozen_delta = -delta and sold_delta = 0
          when 'DEDUCT' then delta = 0 and frozen_delta < 0 and sold_delta = -frozen_delta
          when 'RELEASE' then delta > 0 and frozen_delta = -delta and sold_delta = 0
          else false end)`);
    this.addSql('drop table goods.stock_reservation');
  }

  override down(): void {
    this.addSql(`
      create table goods.stock_reservation (
        order_id bigint primary key check (order_id > 0),
        status text not null check (status in ('RESERVED', 'RELEASED')),
        changed_at timestamptz not null
      )`);
    this.addSql(`
      insert into goods.stock_reservation (order_id, status, changed_at)
      select transaction_id, case state when 'CANCELLED' then 'RELEASED' else 'RESERVED' end, changed_at
      from goods.tcc_branch where branch = 'stock'`);
    this.addSql("delete from goods.stock_entry where kind = 'DEDUCT'");
    this.addSql(`
      alter table goods.stock_entry
        drop column frozen_delta, drop column sold_delta, drop column frozen_after, drop column sold_after,
        add constraint stock_entry_delta_check check (delta <> 0),
        add constraint stock_entry_kind_check check (kind in ('ADJUST', 'RESERVE', 'RELEASE')),
        add constraint stock_entry_check1
          check (case kind when 'RESERVE' then delta < 0 when 'RELEASE' then delta > 0 else true end)`);
    this.addSql('alter table goods.goods drop column frozen, drop column sold');
    this.addSql('drop table goods.tcc_branch');
  }
}

/**
 * Orders from before there were transactions: what one has reserved was frozen until now and counts as sold from here
 * on, since nobody will confirm it.
 */
const moveReservations = [
  `insert into goods.tcc_branch (transaction_id, branch, state, changed_at)
   select order_id, 'stock', case status when 'RESERVED' then 'CONFIRMED' else 'CANCELLED' end, changed_at
   from goods.stock_reservation`,
  "update goods.stock_entry set frozen_delta = -delta where kind <> 'ADJUST'",
  `update goods.stock_entry set frozen_after = running.frozen, sold_after = 0
   from (select id, sum(frozen_delta) over (partition by goods_id order by id) as frozen from goods.stock_entry)
     as running
   where running.id = stock_entry.id`,
  `insert into goods.stock_entry (goods_id, delta, frozen_delta, sold_delta, balance_after, frozen_after, sold_after,
     reason, created_at, kind, order_id)
   select goods_id, 0, -quantity, quantity, available, coalesce(sum(quantity) over later, 0), sum(quantity) over earlier,
     'Sold before there were transactions', now(), 'DEDUCT', order_id
   from (
     select entry.goods_id, -entry.delta as quantity, entry.order_id
     from goods.stock_entry as entry join goods.stock_reservation using (order_id)
     where entry.kind = 'RESERVE' and stock_reservation.status = 'RESERVED'
   ) as held
   join goods.goods on goods.id = held.goods_id
   window earlier as (partition by goods_id order by order_id),
     later as (partition by goods_id order by order_id rows between 1 following and unbounded following)
   order by goods_id, order_id`,
  `update goods.goods set sold = held.units
   from (select goods_id, sum(sold_delta) as units from goods.stock_entry group by goods_id) as held
   where held.goods_id = goods.id and held.units > 0`,
];

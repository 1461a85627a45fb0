import { Migration } from '@mikro-orm/migrations';

export class ReserveStock extends Migration {
  override readonly name = '0002-reserve-stock';

  override up(): void {
    // The barrier: whoever reserves or releases writes the order's row first, so one order is never served twice, and
    // a reservation that arrives behind its release finds the row and is refused.
    this.addSql(`
      create table goods.stock_reservation (
        order_id bigint primary key check (order_id > 0),
        status text not null check (status in ('RESERVED', 'RELEASED')),
        changed_at timestamptz not null
      )`);
    this.addSql(`
      alter table goods.stock_entry
        add column kind text not null default 'ADJUST' check (kind in ('ADJUST', 'RESERVE', 'RELEASE')),
        add column order_id bigint,
        add check ((kind = 'ADJUST') = (order_id is null)),
        add check (case kind when 'RESERVE' then delta < 0 when 'RELEASE' then delta > 0 else true end)`);
    this.addSql(`
      create unique index stock_entry_by_order on goods.stock_entry (order_id, goods_id, kind)
      where order_id is not null`);
    // The largest stock binds adjustments only: units that an order gives back must always find their place.
    this.addSql(`
      alter table goods.goods
        drop constraint goods_available_check, add constraint goods_available_check check (available >= 0)`);
    this.addSql(`
      alter table goods.stock_entry
        drop constraint stock_entry_balance_after_check,
        add constraint stock_entry_balance_after_check check (balance_after >= 0)`);
  }

  override down(): void {
    this.addSql("delete from goods.stock_entry where kind <> 'ADJUST'");
    this.addSql('alter table goods.stock_entry drop column kind, drop column order_id');
    this.addSql('drop table goods.stock_reservation');
  }
}

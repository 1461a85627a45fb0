import { Migration } from '@mikro-orm/migrations';
import { staleKeysSql } from '@tiffin/lib/cache/stale-keys';

/**
 * Who changes what is cached marks its keys, those of data/keys.ts. A trigger knows no old row of an insert and no new
 * one of a delete: their columns are null, and so are the keys made of them.
 */
export class MarkStaleKeys extends Migration {
  override readonly name = '0006-mark-stale-keys';

  override up(): void {
    for (const sql of staleKeysSql('goods')) this.addSql(sql);
    this.addSql(`
      create function goods.mark_goods() returns trigger language plpgsql as $mark$
      declare
        is_listed_anew boolean := (old.id, old.shop_id) is distinct from (new.id, new.shop_id);
      begin
        perform goods.mark_stale(stale.key) from (
          select 'gds:g:' || old.id union select 'gds:g:' || new.id
          union select 'gds:s:' || old.shop_id where is_listed_anew
          union select 'gds:s:' || new.shop_id where is_listed_anew
        ) as stale (key) where stale.key is not null;
        return null;
      end
      $mark$`);
    // Units that are sold were not to be had before: what is shown of the goods stays.
    this.addSql(`
      create trigger goods_marks after insert or delete or update of
        id, shop_id, name, description, price_cents, currency, category_ids, available, version
      on goods.goods for each row execute function goods.mark_goods()`);
    this.addSql(`
      create function goods.mark_category() returns trigger language plpgsql as $mark$
      begin
        perform goods.mark_stale(stale.key) from (
          select 'gds:c:' || old.id union select 'gds:c:' || new.id union select 'gds:l:all'
        ) as stale (key) where stale.key is not null;
        return null;
      end
      $mark$`);
    this.addSql(`
      create trigger category_marks after insert or delete or update on goods.category
      for each row execute function goods.mark_category()`);
  }

  override down(): void {
    this.addSql('drop trigger category_marks on goods.category');
    this.addSql('drop trigger goods_marks on goods.goods');
    this.addSql('drop function goods.mark_category(), goods.mark_goods(), goods.mark_stale(text)');
    this.addSql('drop table goods.stale_key');
  }
}

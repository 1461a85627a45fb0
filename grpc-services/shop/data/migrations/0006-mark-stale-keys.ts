import { Migration } from '@mikro-orm/migrations';
import { staleKeysSql } from '@tiffin/lib/cache/stale-keys';

/**
 * Who changes what is cached marks its keys, those of data/keys.ts. A trigger knows no old row of an insert and no new
 * one of a delete: their columns are null, and so are the keys made of them.
 */
export class MarkStaleKeys extends Migration {
  override readonly name = '0006-mark-stale-keys';

  override up(): void {
    for (const sql of staleKeysSql('shop')) this.addSql(sql);
    // A shop stands in the list of each combination of filters, those of before and those of now: seven at most.
    this.addSql(`
      create function shop.mark_shop() returns trigger language plpgsql as $mark$
      declare
        is_listed_anew boolean := (old.id, old.category_id, old.area, old.rating_hundredths)
          is distinct from (new.id, new.category_id, new.area, new.rating_hundredths);
      begin
        perform shop.mark_stale(stale.key) from (
          select 'shp:s:' || old.id union select 'shp:s:' || new.id
          union
          select 'shp:l:' || filter.category || ':' || filter.area
          from (values (old.category_id, old.area), (new.category_id, new.area)) as listed (category_id, area)
          cross join lateral (
            select category, area
            from unnest(array['', listed.category_id::text]) as category,
              unnest(array['', encode(convert_to(listed.area, 'UTF8'), 'hex')]) as area
          ) as filter
          where is_listed_anew
        ) as stale (key) where stale.key is not null;
        return null;
      end
      $mark$`);
    this.addSql(`
      create trigger shop_marks after insert or delete or update on shop.shop
      for each row execute function shop.mark_shop()`);
    this.addSql(`
      create function shop.mark_review() returns trigger language plpgsql as $mark$
      begin
        perform shop.mark_stale(stale.key) from (
          select 'shp:r:' || old.shop_id union select 'shp:r:' || new.shop_id
        ) as stale (key) where stale.key is not null;
        return null;
      end
      $mark$`);
    this.addSql(`
      create trigger review_marks after insert or delete or update on shop.review
      for each row execute function shop.mark_review()`);
  }

  override down(): void {
    this.addSql('drop trigger review_marks on shop.review');
    this.addSql('drop trigger shop_marks on shop.shop');
    this.addSql('drop function shop.mark_review(), shop.mark_shop(), shop.mark_stale(text)');
    this.addSql('drop table shop.stale_key');
  }
}

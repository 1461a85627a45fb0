import { Migration } from '@mikro-orm/migrations';

/**
 * The shop's row is where all reviews of a shop meet, one after the other, until each has committed. Counted from here,
 * the row is locked inside of the commit only: a queue of reviews moves on as fast as the server commits, and no
 * longer waits for a process that has to be given the processor twice before it says `commit`.
 *
 * A commit has no statement time-out, so that the wait for the lock needs a bound of its own: the same one, for each
 * wait. Who waits for longer gets SQLSTATE 55P03, and nothing is committed.
 *
 * Only for reviews that ask for it: a process of an earlier build counts its own, and rows that come in bulk are
 * counted by whoever brings them.
 */
export class CountReviewsAtCommit extends Migration {
  override readonly name = '0004-count-reviews-at-commit';

  override up(): void {
    this.addSql('alter table shop.review add column counts_at_commit boolean not null default false');
    // Relative, so that reviews at the same time add up, whichever commits first.
    this.addSql(`
      create function shop.count_review() returns trigger language plpgsql as $count$
      begin
        perform set_config('lock_timeout', current_setting('statement_timeout'), true);
        update shop.shop set rating_sum = rating_sum + new.stars, review_count = review_count + 1
        where id = new.shop_id;
        return null;
      end
      $count$`);
    this.addSql(`
      create constraint trigger review_counts after insert on shop.review
      deferrable initially deferred
      for each row when (new.counts_at_commit) execute function shop.count_review()`);
  }

  override down(): void {
    this.addSql('drop trigger review_counts on shop.review');
    this.addSql('drop function shop.count_review()');
    this.addSql('alter table shop.review drop column counts_at_commit');
  }
}

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EntityManager } from '@mikro-orm/postgresql';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createEventTables, type EventTables, thingsSchema } from '../testing/event-bed.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { INBOX_RETENTION_MS, REDRIVE_WITHIN_MS } from './retention.ts';

/** What an inbox does on every engine. */
export function describeInbox(
  engine: string,
  openUrl?: () => Promise<{ url: string; drop(): Promise<void> }>,
): void {
  describe(`inbox on ${engine}`, () => {
    let bed: TestDatabase;
    let drop = async () => {};
    let clock: VirtualClock;
    let tables: EventTables;
    before(async () => {
      const server = await openUrl?.();
      drop = server?.drop ?? drop;
      bed = await openTestDatabase(thingsSchema, server && { url: server.url });
    });
    after(async () => {
      await bed.stop();
      await drop();
    });
    beforeEach(async () => {
      clock = new VirtualClock();
      tables = createEventTables(bed.database, clock);
      await tables.clear();
    });
    const effect = async (em: EntityManager) =>
      void (await em.execute("insert into things.effect (consumer, event_id) values ('a', '1')"));
    const seen = async () => Number((await bed.database.query('select from things.inbox')).length);

    it('runs the work once for each consumer and event', async () => {
      assert.equal(await tables.applyOnce('a', '1'), true);
      assert.equal(await tables.applyOnce('a', '1'), false);
      assert.equal(await tables.applyOnce('a', '2'), true);
      assert.equal(await tables.applyOnce('b', '1'), true);
      assert.deepEqual(await tables.effectsOf('a'), ['1', '2']);
      assert.deepEqual(await tables.effectsOf('b'), ['1']);
    });

    it('runs the work of two who have the same event at once one time', async () => {
      const ran = await Promise.all(Array.from({ length: 8 }, () => tables.applyOnce('a', '1')));
      assert.equal(ran.filter(Boolean).length, 1);
      assert.deepEqual(await tables.effectsOf('a'), ['1']);
    });

    it('has not seen an event whose work failed, nor one whose caller went away', async () => {
      const failing = tables.inbox.once('a', '1', async (em) => {
        await effect(em);
        throw new Error('out of flour');
      });
      await assert.rejects(failing, /out of flour/);
      const caller = new AbortController();
      const gone = tables.inbox.once(
        'a',
        '1',
        async (em) => {
          await effect(em);
          caller.abort(new Error('gone'));
        },
        { signal: caller.signal },
      );
      await assert.rejects(gone, /gone/);
      assert.equal(await seen(), 0);
      assert.equal(await tables.applyOnce('a', '1'), true);
      assert.deepEqual(await tables.effectsOf('a'), ['1']);
    });

    it('forgets events after 45 days, later than dead letters can come again', async () => {
      assert.ok(INBOX_RETENTION_MS > REDRIVE_WITHIN_MS);
      await bed.database.query(
        "insert into things.inbox select 'a', n::text, ?::timestamptz from generate_series(1, 2500) n",
        [new Date(clock.now()).toISOString()],
      );
      await clock.advance(INBOX_RETENTION_MS);
      await tables.applyOnce('a', 'new');
      assert.equal(await tables.inbox.forget(), 0);
      await clock.advance(1);
      assert.equal(await tables.inbox.forget(AbortSignal.abort()), 0);
      bed.statements.length = 0;
      assert.equal(await tables.inbox.forget(), 2_500);
      assert.equal(bed.statements.length, 3, 'a thousand rows a statement');
      assert.equal(await seen(), 1);
      assert.equal(await tables.applyOnce('a', 'new'), false);
    });
  });
}

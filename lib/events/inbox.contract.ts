import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { EntityManager } from '@mikro-orm/postgresql';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createEventTables, type EventTables, thingMade, thingsSchema } from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createOutboxRelay } from './outbox-relay.ts';
import { INBOX_RETENTION_MS, MAX_TOPIC_RETENTION_MS } from './retention.ts';

const DAY_MS = 86_400_000;

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

    it('remembers an event for as long as it can be redriven, and read from a topic after that', async () => {
      const reason = 'the answer was lost';
      const bus = { send: async () => [{ kind: 'refused', reason, isFinal: true } as const] };
      const options = { database: bed.database, bus, clock, logger: silentLogger, metrics: createMetrics() };
      const relay = createOutboxRelay(options);
      const [id = ''] = await tables.add([
        { topic: thingMade, aggregateId: '1', aggregateVersion: 1, payload: { name: 'pan' } },
      ]);
      assert.equal(await tables.applyOnce('a', id), true);
      // It dies at once, and again after each redrive: how long it may go on so counts from when it occurred.
      let redrivenDays = 0;
      for (let day = 0; day < 58; day++) {
        await relay.round();
        redrivenDays += await relay.redrive();
        await clock.advance(DAY_MS);
      }
      assert.equal(redrivenDays, 30);
      clock.jump(30 * DAY_MS + MAX_TOPIC_RETENTION_MS - 58 * DAY_MS - 1);
      await tables.inbox.forget();
      assert.equal(await tables.applyOnce('a', id), false);
    });

    it('forgets events in small statements', async () => {
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

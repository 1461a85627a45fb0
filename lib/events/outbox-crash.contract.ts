import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { EntityManager } from '@mikro-orm/postgresql';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { DemoRandom } from '../demo/demo-random.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createEventTables, type EventTables, thingMade, thingsSchema } from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createInProcessBus } from './in-process-bus.ts';
import { createOutboxRelay } from './outbox-relay.ts';

export interface CrashRun {
  readonly events: number;
  readonly kills: number;
  /** The database server; without one the embedded engine. */
  openUrl?(): Promise<{ url: string; drop(): Promise<void> }>;
}

/** Share of events whose handler fails, half of them after the effect was committed. */
const FAILURES = 0.2;
const never = () => new Promise<never>(() => {});

/** One process that relays and handles, until it dies at some step: whatever it awaits then never comes back. */
function createLife(stepsLeft: number) {
  const { promise: died, resolve } = Promise.withResolvers<'died'>();
  let steps = stepsLeft;
  const dies = () => {
    if (steps-- > 0) return false;
    resolve('died');
    return true;
  };
  return { died, dies, step: async () => (dies() ? never() : undefined) };
}
type Life = ReturnType<typeof createLife>;

/** What a relay that dies does to events: nothing is lost, and inboxes drop what comes twice. */
export function describeOutboxCrashes(engine: string, { events, kills, openUrl }: CrashRun): void {
  const seed = Number(process.env['EVENT_SEED'] ?? 1);

  describe(`outbox, relay and inbox on ${engine}, EVENT_SEED=${seed}`, () => {
    let bed: TestDatabase;
    let drop = async () => {};
    const clock = new VirtualClock();
    let tables: EventTables;
    before(async () => {
      const server = await openUrl?.();
      bed = await openTestDatabase(thingsSchema, server && { url: server.url });
      drop = server?.drop ?? drop;
      tables = createEventTables(bed.database, clock);
    });
    after(async () => {
      await bed.stop();
      await drop();
    });

    /** Relays until nothing is left, dying again and again; resolves to how often a handler was called. */
    async function relayAll(random: DemoRandom, deaths: number, apply: Apply): Promise<number> {
      const stepsOfLife = (4 * (await countLeft())) / deaths;
      let deliveries = 0;
      for (let death = 0; ; death++) {
        // An event takes about four steps: all lives together are about half of the run, and end in all of its phases.
        const life = createLife(death < deaths ? random.between(0, stepsOfLife) : Number.POSITIVE_INFINITY);
        const bus = createInProcessBus({ clock, logger: silentLogger, metrics: createMetrics() });
        await bus.subscribe({
          consumer: 'counter',
          topic: thingMade,
          async handle({ event }) {
            deliveries++;
            const fate = random.next();
            await life.step();
            if (fate < FAILURES / 2) throw new Error('not now');
            await apply(event.id, life);
            await life.step();
            if (fate < FAILURES) throw new Error('the answer was lost');
          },
        });
        bus.begin();
        const database = {
          schema: bed.database.schema,
          async query<Row extends object>(sql: string, parameters?: readonly unknown[]) {
            await life.step();
            const rows = await bed.database.query<Row>(sql, parameters);
            await life.step();
            return rows;
          },
        };
        const relay = createOutboxRelay({
          database,
          bus,
          clock,
          logger: silentLogger,
          metrics: createMetrics(),
        });
        const work = async () => {
          while ((await countLeft()) > 0) {
            const { claimed } = await relay.round();
            if (claimed > 0) continue;
            await clock.advance(5_000);
            await relay.redrive();
          }
          return 'done' as const;
        };
        if ((await Promise.race([work(), life.died])) === 'done') {
          assert.equal(death, deaths, 'all deaths came before the end');
          return deliveries;
        }
      }
    }

    const countLeft = async () => {
      const [row] = await bed.database.query<{ events: string }>(
        'select count(*) as events from things.outbox',
      );
      return Number(row?.events);
    };

    it(`applies ${events} events exactly once, the relay killed ${kills} times, a fifth of the handlers failing`, async () => {
      await tables.clear();
      await tables.addMany(events);
      const deliveries = await relayAll(DemoRandom.of('crash', seed), kills, applyOnce);
      assert.deepEqual(await tables.effects(), { events, effects: events });
      assert.ok(deliveries > events * 1.1, `${deliveries} deliveries`);
    });

    it('control: without the inbox, effects are applied twice', async () => {
      await tables.clear();
      await tables.addMany(500);
      await relayAll(DemoRandom.of('no-inbox', seed), 5, applyAlways);
      const { events: applied, effects } = await tables.effects();
      assert.equal(applied, 500);
      assert.ok(effects > 500, `${effects} effects`);
    });

    it('control: an event that is written after the commit is lost with the process', async () => {
      const random = DemoRandom.of('no-outbox', seed);
      const written = { inside: 0, after: 0 };
      const lost = { inside: 0, after: 0 };
      for (let n = 0; n < 50; n++) {
        const where = n % 2 === 0 ? 'inside' : 'after';
        await tables.clear();
        await change(where, random.between(0, 3));
        const { effects } = await tables.effects();
        written[where] += effects;
        if (effects > (await countLeft())) lost[where]++;
      }
      assert.ok(written.inside > 0 && written.after > 0);
      assert.equal(lost.inside, 0);
      assert.ok(lost.after > 0);
    });

    /** A change and its event, by a process that dies after some statements. */
    async function change(where: 'inside' | 'after', steps: number): Promise<void> {
      const life = createLife(steps);
      const dieInside = () => {
        if (life.dies()) throw new Error('died');
      };
      const tell = (em: EntityManager) =>
        tables.outbox.add(
          em,
          { topic: thingMade, aggregateId: '1', aggregateVersion: 1, payload: { name: 'pan' } },
          {},
        );
      const work = async () => {
        await bed.database.transaction(async (em) => {
          dieInside();
          await em.execute("insert into things.effect (consumer, event_id) values ('change', 'x')");
          dieInside();
          if (where === 'inside') await tell(em);
          dieInside();
        });
        dieInside();
        if (where === 'after') await bed.database.transaction(tell);
      };
      await work().catch((error: Error) => assert.equal(error.message, 'died'));
    }

    type Apply = (eventId: string, life: Life) => Promise<void>;

    const insertEffect = async (em: EntityManager, eventId: string, life: Life) => {
      await em.execute("insert into things.effect (consumer, event_id) values ('counter', ?)", [eventId]);
      if (life.dies()) throw new Error('died');
    };
    /** A process that dies in a transaction leaves nothing of it. */
    const orNever = async (work: Promise<unknown>, life: Life) => {
      await work.catch((error: Error) => (error.message === 'died' ? never() : Promise.reject(error)));
      await life.step();
    };
    const applyOnce: Apply = (eventId, life) =>
      orNever(
        tables.inbox.once('counter', eventId, (em) => insertEffect(em, eventId, life)),
        life,
      );
    const applyAlways: Apply = (eventId, life) =>
      orNever(
        bed.database.transaction((em) => insertEffect(em, eventId, life)),
        life,
      );
  });
}

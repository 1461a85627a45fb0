import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock/clock.ts';
import { DemoRandom } from '../demo/demo-random.ts';
import { createEventTables, thingsSchema } from '../testing/event-bed.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';

const EVENTS = 10_000;
const KILLS = 50;
const RELAYS = 2;
/** Eight handlers at once take 10 ms each: in 50 lives of 200 ms at most 8,000 events are handled, so all lives end early. */
const LIFE_MS = 200;
const HANDLER_MS = 10;
const WAIT_MS = 120_000;
const program = fileURLToPath(new URL('../testing/relay-process.ts', import.meta.url));
const seed = Number(process.env['EVENT_SEED'] ?? 1);
const random = DemoRandom.of('outbox-kill', seed);

let server: RealPostgres;
let bed: TestDatabase;
const running = new Set<ChildProcess>();
let started = 0;

before(async () => {
  server = await createRealPostgres();
  bed = await openTestDatabase(thingsSchema, { url: server.url });
});
after(async () => {
  await Promise.all([...running].map(kill));
  await bed.stop();
  await server.drop();
});

async function startRelay(handlerMs: number): Promise<ChildProcess> {
  const args = [program, server.url, String(seed * 1_000 + started++), String(handlerMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const count = async (table: string) => {
  const [row] = await bed.database.query<{ rows: string }>(`select count(*) as rows from things.${table}`);
  return Number(row?.rows);
};

test(`relays killed ${KILLS} times apply ${EVENTS} events exactly once, EVENT_SEED=${seed}`, async () => {
  const tables = createEventTables(bed.database, systemClock);
  await tables.addMany(EVENTS);
  let kills = 0;
  await Promise.all(
    Array.from({ length: RELAYS }, async () => {
      while (kills < KILLS) {
        kills++;
        const relay = await startRelay(HANDLER_MS);
        await delay(random.between(0, LIFE_MS));
        await kill(relay);
      }
    }),
  );
  assert.ok((await count('outbox')) > 0, 'all were killed before the end');
  await Promise.all(Array.from({ length: RELAYS }, () => startRelay(0)));
  for (const deadlineMs = Date.now() + WAIT_MS; (await count('outbox')) > 0; await delay(100)) {
    assert.ok(Date.now() < deadlineMs, `${await count('outbox')} events are left`);
  }
  assert.deepEqual(await tables.effects(), { events: EVENTS, effects: EVENTS });
  assert.equal(await count('inbox'), EVENTS);
  assert.ok((await count('delivery')) > EVENTS, 'some came twice');
});

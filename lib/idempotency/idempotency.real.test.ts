import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Database } from '../engines/database.ts';
import { newKey } from '../testing/fresh-key.ts';
import { noIdempotency } from '../testing/no-idempotency.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import {
  createNotesTestBed,
  type Note,
  type NotesProcess,
  type NotesTestBed,
  withoutKeeping,
  writeWith,
} from './idempotency-test-bed.ts';

const processCount = 4;

let postgres: RealPostgres;
let bed: NotesTestBed;
before(async () => {
  postgres = await createRealPostgres();
  bed = await createNotesTestBed({ ...postgres, poolSize: 40 });
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

const race = (writes: readonly NotesProcess['write'][], key: string, count: number) =>
  Array.from({ length: count }, (_, index) => writes[index % writes.length]?.(key, key) ?? assert.fail());
const open = (count: number) =>
  Array.from({ length: count }, () => bed.openProcess({ clock: systemClock }).write);

test('100 twins in four processes have one effect and one answer, round after round', async () => {
  for (let round = 0; round < 20; round++) {
    const key = newKey();
    const notes = await Promise.all(race(open(processCount), key, 100));
    assert.equal(await bed.count(key), 1);
    assert.equal(new Set(notes.map(({ id }) => id)).size, 1);
  }
});

test('100 twins in 100 processes have one effect and one answer', async () => {
  const key = newKey();
  const notes = await Promise.all(race(open(100), key, 100));
  assert.equal(await bed.count(key), 1);
  assert.equal(new Set(notes.map(({ id }) => id)).size, 1);
});

test('100 twins have 100 effects without keys (control)', async () => {
  const key = newKey();
  await Promise.all(race([writeWith(noIdempotency(bed.database))], key, 100));
  assert.equal(await bed.count(key), 100);
});

/** Processes whose clocks are a minute apart: each takes every claim of those behind it for one that is over. */
async function effectsOfRivals(database: Database): Promise<number[]> {
  const effects: number[] = [];
  for (let round = 0; round < 30; round++) {
    const key = newKey();
    const clocks = Array.from(
      { length: processCount },
      (_, index) => new VirtualClock(Date.UTC(2030, 0, 1, 0, index)),
    );
    const rivals = clocks.map((clock) => bed.openProcess({ clock, database }).write);
    const calls = race(rivals, key, 20).map((call) => call.catch(() => undefined));
    const notes = await bed.inTime(Promise.all(calls), ...clocks);
    effects.push(await bed.count(key));
    const ids = new Set(notes.flatMap((note: Note | undefined) => (note ? [note.id] : [])));
    if (database === bed.database) assert.equal(ids.size, 1);
  }
  return effects;
}

test('owners that take each other’s claims for over have one effect between them', async () => {
  assert.deepEqual(new Set(await effectsOfRivals(bed.database)), new Set([1]));
});

test('such owners have several effects where nobody fences them off (control)', async () => {
  const effects = await effectsOfRivals(withoutKeeping(bed.database));
  assert.ok(Math.max(...effects) > 1, String(effects));
});

test('who takes over in the moment of the commit waits for it, and gets its result', async () => {
  const key = newKey();
  const committing = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow: Database = {
    ...bed.database,
    transaction: (work, budget) =>
      bed.database.transaction(async (em) => {
        const done = await work(em);
        committing.resolve();
        await gate.promise;
        return done;
      }, budget),
  };
  const first = bed.openProcess({ database: slow }).write(key, key);
  await committing.promise;
  const later = new VirtualClock(bed.clock.now() + 60_000);
  const second = bed.openProcess({ clock: later }).write(key, key);
  setImmediate(gate.resolve);
  const [one, other] = await Promise.all([first, bed.inTime(second, later)]);
  assert.deepEqual(one, other);
  assert.equal(await bed.count(key), 1);
});

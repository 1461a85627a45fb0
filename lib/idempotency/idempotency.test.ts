import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import { callBy, ownProcess } from '../testing/call-by.ts';
import { failsWith } from '../testing/expect-error.ts';
import { newKey } from '../testing/fresh-key.ts';
import { noIdempotency } from '../testing/no-idempotency.ts';
import type { Effect } from './effect.ts';
import {
  ann,
  bob,
  copyNote,
  createNotesTestBed,
  insertNote,
  type Note,
  type NotesProcess,
  type NotesTestBed,
  withoutKeeping,
  writeWith,
} from './idempotency-test-bed.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

let bed: NotesTestBed;
let here: NotesProcess;
let there: NotesProcess;
let text: string;
before(async () => {
  bed = await createNotesTestBed();
});
after(() => bed.stop());
beforeEach(() => {
  here = bed.openProcess();
  there = bed.openProcess();
  text = newKey();
});

/** A use case that waits in front of its effect until the test lets it go on. */
function held() {
  const began = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const execute = async (effect: Effect<Note>) => {
    began.resolve();
    await gate.promise;
    return effect((em) => insertNote(em, text));
  };
  return { execute, began: began.promise, letGo: () => gate.resolve() };
}

describe('a key', () => {
  it('has one effect and one answer, in this process and in others', async () => {
    const note = await here.write('a', text);
    assert.equal(note.text, text);
    assert.deepEqual(await here.write('a', text), note);
    assert.deepEqual(await there.write('a', text), note);
    assert.equal(await bed.count(text), 1);
  });

  it('belongs to its caller: others, and our own processes, may use the same', async () => {
    for (const by of [ann, bob, callBy(ownProcess)]) await here.write('b', text, {}, by);
    assert.equal(await bed.count(text), 3);
  });

  it('is nothing to those who are nobody: they are left to the use case', async () => {
    const refuse = async () => assert.fail('refused');
    await assert.rejects(here.write('n', text, { execute: refuse }, callBy()), /refused/);
    const rows = await bed.database.query("select 1 from notes.idempotency_key where key = 'n'");
    assert.equal(rows.length, 0);
  });

  it('is refused for another body and for another operation, while the first runs and ever after', async () => {
    const mismatch = failsWith('IDEMPOTENCY_MISMATCH', {});
    const first = held();
    const running = here.write('c', text, first);
    await first.began;
    await assert.rejects(there.write('c', 'other'), mismatch);
    const waiting = assert.rejects(here.write('c', 'other'), mismatch);
    first.letGo();
    await running;
    await waiting;
    for (const process of [here, there]) {
      await assert.rejects(process.write('c', 'other'), mismatch);
      const copied = process.idempotency.run(copyNote, { idempotencyKey: 'c', text }, ann, {
        execute: (effect) => effect((em) => insertNote(em, text)),
        respond: (note: Note) => ({ note }),
      });
      await assert.rejects(copied, mismatch);
    }
    assert.deepEqual([await bed.count(text), await bed.count('other')], [1, 0]);
  });

  it('lasts for 24 hours, also where another clock is an hour ahead; then it is as new, for any body', async () => {
    const note = await here.write('d', text);
    const ahead = bed.openProcess({ clock: new VirtualClock(bed.clock.now() + dayMs + hourMs - 1) });
    assert.deepEqual(await ahead.write('d', text), note);
    bed.clock.jump(dayMs + hourMs - 1);
    assert.deepEqual(await there.write('d', text), note);
    bed.clock.jump(1);
    const other = await there.write('d', `${text} again`);
    assert.notEqual(other.id, note.id);
    await assert.rejects(here.write('d', text), failsWith('IDEMPOTENCY_MISMATCH'));
  });
});

describe('100 twins at once', () => {
  const twins = (write: NotesProcess['write']) => {
    const key = newKey();
    return Promise.all(Array.from({ length: 100 }, () => write(key, text)));
  };

  it('have one effect and one answer, and look at the database once', async () => {
    bed.statements.length = 0;
    const notes = await twins(here.write);
    assert.equal(await bed.count(text), 1);
    assert.deepEqual(new Set(notes.map(({ id }) => id)).size, 1);
    assert.equal(bed.statements.filter((sql) => sql.includes('idempotency_key')).length, 1);
  });

  it('have one effect and one answer in several processes too', async () => {
    const processes = Array.from({ length: 4 }, () => bed.openProcess());
    let next = 0;
    const notes = await bed.inTime(
      twins((key, ...rest) => (processes[next++ % 4] ?? here).write(key, ...rest)),
    );
    assert.equal(await bed.count(text), 1);
    assert.deepEqual(new Set(notes.map(({ id }) => id)).size, 1);
  });

  it('have 100 effects without keys (control)', async () => {
    await twins(writeWith(noIdempotency(bed.database)));
    assert.equal(await bed.count(text), 100);
  });

  it('try one after another where nothing comes of the first', async () => {
    const key = newKey();
    let attempts = 0;
    const execute = async (effect: Effect<Note>) => {
      if (++attempts < 3) throw new AppError('UNAVAILABLE', { retryAfterMs: 1 });
      return effect((em) => insertNote(em, text));
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => here.write(key, text, { execute })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 2);
    assert.deepEqual([attempts, await bed.count(text)], [3, 1]);
  });
});

describe('somebody who is at it elsewhere', () => {
  it('is waited for, in the same process and in others', async () => {
    const first = held();
    const key = newKey();
    const running = here.write(key, text, first);
    await first.began;
    const waiting = [here.write(key, text), there.write(key, text)];
    await bed.clock.advance(1_000);
    first.letGo();
    const note = await running;
    assert.deepEqual(await bed.inTime(Promise.all(waiting)), [note, note]);
    assert.equal(await bed.count(text), 1);
  });

  it('is waited for no longer than half of the budget, 5 seconds at most: then InProgress', async () => {
    const first = held();
    const key = newKey();
    const running = here.write(key, text, first);
    await first.began;
    for (const [budgetMs, waitMs] of [
      [3_000, 1_500],
      [600_000, 5_000],
    ] as const) {
      for (const { write } of [here, there]) {
        const startMs = bed.clock.now();
        const twin = write(key, text, {}, { ...ann, deadlineMs: startMs + budgetMs });
        await assert.rejects(bed.inTime(twin), failsWith('IN_PROGRESS', { retryAfterMs: 1_000 }));
        const waitedMs = bed.clock.now() - startMs;
        assert.ok(waitedMs <= waitMs + 10 && waitedMs >= waitMs - 250, `waited ${waitedMs} ms`);
      }
    }
    first.letGo();
    await running;
  });
});

describe('a failure', () => {
  const failing = (code: ErrorCode, detail: object) => {
    let runs = 0;
    const execute = async () => {
      runs++;
      throw new AppError(code, detail as never);
    };
    return { execute, runs: () => runs };
  };

  it('that is an answer is kept with its detail, and the use case does not run again', async () => {
    const key = newKey();
    const { execute, runs } = failing('OUT_OF_STOCK', { goodsId: '5', available: 3 });
    for (const { write } of [here, there, here]) {
      const isSame = failsWith('OUT_OF_STOCK', { goodsId: '5', available: 3 });
      await assert.rejects(write(key, text, { execute }), isSame);
    }
    assert.equal(runs(), 1);
  });

  for (const [code, detail] of [
    ['UNAVAILABLE', { retryAfterMs: 1 }],
    ['RATE_LIMITED', { retryAfterMs: 1 }],
    ['DEADLINE_EXCEEDED', {}],
    ['INVALID_ARGUMENT', { violations: [] }],
    ['EMPTY_CART', {}],
    ['UNAUTHENTICATED', {}],
    ['FORBIDDEN', {}],
    ['CANCELLED', {}],
    ['INTERNAL', {}],
  ] as const) {
    it(`with ${code} is not kept: the next attempt runs, with any body`, async () => {
      const key = newKey();
      const { execute, runs } = failing(code, detail);
      await assert.rejects(here.write(key, text, { execute }), failsWith(code));
      await assert.rejects(there.write(key, text, { execute }), failsWith(code));
      assert.equal(runs(), 2);
      await here.write(key, `${text} mended`);
      assert.equal(await bed.count(`${text} mended`), 1);
    });
  }

  it('that cannot be kept is told all the same, and leaves the key to the next attempt', async () => {
    const key = newKey();
    const fork = () => {
      throw new Error('connection lost');
    };
    const losing = bed.openProcess({ database: { ...bed.database, fork } });
    const { execute } = failing('OUT_OF_STOCK', { goodsId: '5', available: 3 });
    await assert.rejects(losing.write(key, text, { execute }), failsWith('OUT_OF_STOCK'));
    assert.equal((await there.write(key, text)).text, text);
  });

  it('of the effect rolls everything back', async () => {
    const key = newKey();
    const execute = (effect: Effect<Note>) =>
      effect(async (em) => {
        await insertNote(em, text);
        throw new TypeError('broken');
      });
    await assert.rejects(here.write(key, text, { execute }), TypeError);
    assert.equal(await bed.count(text), 0);
    await there.write(key, text);
    assert.equal(await bed.count(text), 1);
  });
});

describe('a process that dies', () => {
  /** The answer is lost on its way home. */
  const loseAnswer = async (effect: Effect<Note>) => {
    await effect((em) => insertNote(em, text));
    throw new TypeError('the process died');
  };

  it('between the effect and the answer has kept the result: whoever asks again gets it', async () => {
    const key = newKey();
    await assert.rejects(here.write(key, text, { execute: loseAnswer }), TypeError);
    assert.equal(await bed.count(text), 1);
    assert.equal((await there.write(key, text)).text, text);
    assert.equal(await bed.count(text), 1);
  });

  it('between the effect and the answer means two effects where nothing is kept with it (control)', async () => {
    const key = newKey();
    const forgetful = bed.openProcess({ database: withoutKeeping(bed.database) });
    await assert.rejects(forgetful.write(key, text, { execute: loseAnswer }), TypeError);
    bed.clock.jump(30_001);
    await there.write(key, text);
    assert.equal(await bed.count(text), 2);
  });

  it('before the effect is followed by another when its claim is over, and not earlier', async () => {
    const key = newKey();
    const dead = held();
    const call = { ...ann, deadlineMs: bed.clock.now() + 8_000 };
    here.write(key, text, dead, call).catch(() => {});
    await dead.began;
    await assert.rejects(bed.inTime(there.write(key, text)), failsWith('IN_PROGRESS'));
    assert.equal((await bed.inTime(there.write(key, text))).text, text);
    assert.equal(await bed.count(text), 1);
  });

  it('is refused its effect where it was only slow, and answers what the other came to', async () => {
    const key = newKey();
    const slow = held();
    const late = here.write(key, text, slow);
    await slow.began;
    bed.clock.jump(30_001);
    const note = await there.write(key, text);
    slow.letGo();
    assert.deepEqual(await bed.inTime(late), note);
    assert.equal(await bed.count(text), 1);
  });

  it('has its effect all the same where nobody fences it off (control)', async () => {
    const key = newKey();
    const slow = held();
    const forgetful = bed.openProcess({ database: withoutKeeping(bed.database) });
    const late = forgetful.write(key, text, slow);
    await slow.began;
    bed.clock.jump(30_001);
    await there.write(key, text);
    slow.letGo();
    await bed.inTime(late);
    assert.equal(await bed.count(text), 2);
  });

  it('cannot hinder the third either, which the second left the key to', async () => {
    const key = newKey();
    const slow = held();
    const late = here.write(key, text, slow);
    await slow.began;
    bed.clock.jump(30_001);
    const away = async () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 1 }));
    await assert.rejects(there.write(key, text, { execute: away }), failsWith('UNAVAILABLE'));
    const third = held();
    const running = there.write(key, text, third);
    await third.began;
    slow.letGo();
    await assert.rejects(late, failsWith('IN_PROGRESS'));
    assert.equal(await bed.count(text), 0);
    third.letGo();
    await running;
    assert.equal(await bed.count(text), 1);
  });
});

describe('a use case', () => {
  it('does again, for a repetition, what follows its effect, and not the effect', async () => {
    const key = newKey();
    let replays = 0;
    const onReplay = async () => {
      replays++;
    };
    await here.write(key, text, { onReplay });
    assert.equal(replays, 0);
    await there.write(key, text, { onReplay });
    assert.deepEqual([replays, await bed.count(text)], [1, 1]);
  });

  it('may look, write nothing, and try anew', async () => {
    const key = newKey();
    const execute = async (effect: Effect<Note>) => {
      assert.equal(await effect(async () => undefined), undefined);
      return effect((em) => insertNote(em, text));
    };
    const note = await here.write(key, text, { execute });
    assert.deepEqual(await there.write(key, text), note);
    assert.equal(await bed.count(text), 1);
  });

  it('that has two effects, or none, is a defect', async () => {
    const none = async () => ({ id: 0, text });
    await assert.rejects(here.write(newKey(), text, { execute: none }), /without its effect/);
    const two = async (effect: Effect<Note>) => {
      await effect((em) => insertNote(em, text));
      return effect((em) => insertNote(em, text));
    };
    await assert.rejects(here.write(newKey(), text, { execute: two }), /its effect already/);
    assert.equal(await bed.count(text), 1);
  });
});

describe('the metric of calls with keys', () => {
  /** What `calls` has gained by the end of `work`. */
  async function gained(work: () => Promise<unknown>) {
    const before: Readonly<Record<string, number>> = await bed.calls();
    await work();
    const gains = Object.entries(await bed.calls()).map(([name, count]) => [
      name,
      count - (before[name] ?? 0),
    ]);
    return Object.fromEntries(gains.filter(([, count]) => count !== 0));
  }

  it('tells who ran the use case, who got its result, and who was refused', async () => {
    const key = newKey();
    const counted = await gained(async () => {
      await Promise.all(Array.from({ length: 5 }, () => here.write(key, text)));
      await there.write(key, text);
      await assert.rejects(there.write(key, 'other'), failsWith('IDEMPOTENCY_MISMATCH'));
      const away = async () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 1 }));
      await assert.rejects(here.write(newKey(), text, { execute: away }), failsWith('UNAVAILABLE'));
      await here.write(key, text, {}, callBy());
    });
    assert.deepEqual(counted, { executed: 2, replayed: 5, mismatch: 1 });
  });

  it('tells who waited in vain, and whose key was taken over', async () => {
    const key = newKey();
    const slow = held();
    const counted = await gained(async () => {
      const late = here.write(key, text, slow);
      await slow.began;
      for (const { write } of [here, there]) {
        await assert.rejects(bed.inTime(write(key, text)), failsWith('IN_PROGRESS'));
      }
      bed.clock.jump(30_001);
      await there.write(key, text);
      slow.letGo();
      await bed.inTime(late);
    });
    assert.deepEqual(counted, { executed: 1, replayed: 1, in_progress: 2, taken_over: 1 });
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTrackingTestBed, look, type TrackingTestBed } from '../tracking-test-bed.ts';

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

describe('Redis knows', () => {
  it('the latest hundred things of a user, each by its last time, in whatever order they come', async () => {
    const views = Array.from({ length: 150 }, (_, n) => look('17', String(n + 1), n));
    await bed.see(...views.toReversed().slice(0, 75));
    await bed.see(...views.slice(0, 75));
    const [history = []] = await bed.deps.views.histories(['17']);
    assert.deepEqual(
      history.map(({ atMs }) => atMs),
      Array.from({ length: 100 }, (_, n) => 149 - n),
    );
    await bed.see(look('17', '150', 3));
    assert.equal(
      (await bed.deps.views.histories(['17']))[0]?.[0]?.atMs,
      149,
      'an older look changes nothing',
    );
  });

  it('nothing for ever', async () => {
    await bed.see(look('17', '5', 1_000));
    await bed.deps.dirty.look();
    await bed.deps.dirty.take([{ kind: 'user', number: 1 }], {
      nowMs: 2e12,
      dueMs: 2e12,
      leaseEndMs: 3e12,
      limit: 9,
    });
    const keys = await bed.redis.keys('*');
    assert.ok(keys.length >= 7, String(keys));
    for (const key of keys) assert.ok((await bed.redis.pttl(key)) > 0, key);
  });

  it('two hundred hot things, those among them that are looked at more than the others, also where they come late', async () => {
    for (let round = 0; round < 5; round++)
      await bed.see(...Array.from({ length: 100 }, (_, n) => look('17', String(1_000 + 100 * round + n), 0)));
    const hot = Array.from({ length: 40 }, () => look('17', '7', 0));
    await bed.see(...hot, look('17', '8', 0));
    for (let round = 0; round < 3; round++)
      await bed.see(...Array.from({ length: 100 }, (_, n) => look('17', String(5_000 + 100 * round + n), 0)));
    assert.deepEqual(await bed.deps.views.hot(2, 1), ['7']);
    assert.equal((await bed.deps.views.hot(2, 1_000)).length, 200);
    assert.deepEqual(await bed.deps.views.hot(1, 10), [], 'of each kind by itself');
  });

  it('what is looked at again and again, though each time something else comes after it', async () => {
    for (let round = 0; round < 2; round++)
      await bed.see(
        ...Array.from({ length: 100 }, (_, n) => look('17', String(1_000 + 100 * round + n), 0)),
        ...Array.from({ length: 100 }, (_, n) => look('17', String(1_000 + 100 * round + n), 0)),
      );
    for (let round = 0; round < 20; round++) {
      await bed.see(look('17', '7', 0));
      await bed.see(look('17', String(9_000 + round), 0));
    }
    assert.deepEqual(await bed.deps.views.hot(2, 1), ['7']);
  });

  it('nothing hot of those who are not signed in, though it counts them', async () => {
    const [day] = new Date(0).toISOString().split('T');
    await bed.see(look(undefined, '7', 0), look(undefined, '7', 0), look('17', '8', 0));
    assert.deepEqual(await bed.deps.views.hot(2, 5), ['8']);
    assert.equal(await bed.redis.hget(`trk:{t7}:v:${day}`, '2:7'), '2');
  });

  it('what was hot fades by half each hour', async () => {
    await bed.see(...Array.from({ length: 40 }, () => look('17', '7', 0)));
    bed.clock.jump(2 * 3_600_000);
    await bed.see(...Array.from({ length: 11 }, () => look('17', '8', 0)));
    assert.deepEqual(await bed.deps.views.hot(2, 2), ['8', '7']);
    const score = await bed.redis.zscore('trk:{hot2}:top', '7');
    assert.ok(Math.abs(Number(score) - 10) < 1e-6, String(score));
  });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { type AccessTestBed, createAccessTestBed, olderThan, userId } from '../access-test-bed.ts';
import { verdictKey } from './keys.ts';
import { verdictMs } from './verdict-store.ts';

let server: RealRedis;
let bed: AccessTestBed;
before(async () => {
  server = await startRealRedis();
  bed = await createAccessTestBed(server.url);
});
after(async () => {
  await bed.stop();
  await server.stop();
});

for (const minDays of [100, 101]) {
  test(`a verdict stands for 30 s, ${minDays === 100 ? 'allowed' : 'refused'}, and is not made to stand longer`, async () => {
    const key = verdictKey('5', minDays, userId);
    const verdict = await bed.ask([olderThan(minDays)], { version: minDays });
    assert.equal(verdict.isAllowed, minDays === 100);
    const leftMs = await bed.redis.pttl(key);
    assert.ok(leftMs > verdictMs - 5_000 && leftMs <= 30_000, `${leftMs}`);
    await bed.redis.pexpire(key, 20_000);
    assert.deepEqual(await bed.ask([olderThan(minDays)], { version: minDays }), verdict);
    assert.equal(bed.reads.length, 1);
    assert.ok((await bed.redis.pttl(key)) <= 20_000);
    await bed.redis.del(key);
    await bed.ask([olderThan(minDays)], { version: minDays });
    assert.equal(bed.reads.length, 2);
    bed.reads.length = 0;
  });
}

test('a server that dies is done without', async () => {
  await server.kill();
  bed.reads.length = 0;
  for (let time = 1; time <= 2; time++) {
    assert.equal((await bed.ask([olderThan(100)], { version: 7 })).isAllowed, true);
    assert.equal(bed.reads.length, time);
  }
});

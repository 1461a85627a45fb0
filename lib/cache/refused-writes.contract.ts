import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { TokenBucket } from '../resilience/token-bucket.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import type { CacheStore } from './cache-store.ts';
import { createStaleKeyDeleter } from './delete-stale-keys.ts';
import { StoreSwitch } from './store-switch.ts';
import { openCacheBed } from './testing/cache-bed.ts';
import { noCacheMetrics } from './testing/no-metrics.ts';
import { numbersOf, things } from './testing/test-kind.ts';

export interface RefusingBed {
  /** What a process asks. */
  readonly store: CacheStore;
  /** Whether writes are refused from now on; reads are answered. */
  refuse(isRefusing: boolean): Promise<unknown>;
  empty(): Promise<unknown>;
  close(): Promise<unknown>;
}

const OBSERVED_MS = 12_000;
const READ_EVERY_MS = 100;
/** For a process that no write tells of the refusals. */
const MAX_STALE_MS = 1_000;
const PROBE_MS = 500;

/** The rule without its point: any answer will do. */
class ForgivingSwitch extends StoreSwitch {
  override answered(): void {
    super.answered('write');
  }
}

/** A store that refuses writes and answers reads: what cannot be deleted is not answered. */
export function describeRefusedWrites(engine: string, open: () => Promise<RefusingBed>): void {
  describe(`the cache while ${engine} refuses writes`, () => {
    let server: RefusingBed;
    before(async () => {
      server = await open();
    });
    beforeEach(async () => {
      await server.refuse(false);
      await server.empty();
    });
    after(() => server.close());

    /** It reads the thing 1, and may write it. */
    function openProcess(Switch = StoreSwitch) {
      const clock = new VirtualClock();
      const storeSwitch = new Switch(clock);
      const limiter = new TokenBucket({ clock, refillPerSecond: 10, capacity: 3 });
      const bed = openCacheBed(server.store, { clock, storeSwitch, limiter });
      const deleter = createStaleKeyDeleter({
        service: 'test',
        clock,
        cache: bed.cache,
        store: server.store,
        storeSwitch,
        cacheMetrics: noCacheMetrics,
        metrics: createMetrics(),
        logger: silentLogger,
        publish: async () => {},
      });
      const read = async () => {
        const found = numbersOf(await bed.find(['1']))[1];
        await bed.cache.stop();
        return found;
      };
      return {
        bed,
        clock,
        read,
        commit: (n: number) => bed.rows.set('1', { n }),
        deleteKey: () => deleter.delete([things.key('1')], clock.now()),
        /** When `old` was answered last, in so many milliseconds. */
        async lastAnswerOf(old: number) {
          let lastMs = 0;
          for (let passedMs = 0; passedMs < OBSERVED_MS; passedMs += READ_EVERY_MS) {
            await clock.advance(READ_EVERY_MS);
            if ((await read()) === old) lastMs = passedMs + READ_EVERY_MS;
          }
          return lastMs;
        },
      };
    }

    it('answers whoever wrote what it wrote, at once and for as long as it lasts', async () => {
      const own = openProcess();
      own.commit(1);
      assert.deepEqual([await own.read(), await own.read()], [1, 1]);
      assert.equal(own.bed.loads.length, 1);
      await server.refuse(true);
      own.commit(2);
      await own.deleteKey();
      assert.equal(await own.read(), 2);
      assert.equal(await own.lastAnswerOf(1), 0);
    });

    it('is noticed within a second by a process that never writes, and finds all that it asks for', async () => {
      const [writer, reader] = [openProcess(), openProcess()];
      for (const { commit } of [writer, reader]) commit(1);
      assert.equal(await writer.read(), 1);
      await server.refuse(true);
      for (const { commit } of [writer, reader]) commit(2);
      await writer.deleteKey();
      const lastMs = await reader.lastAnswerOf(1);
      assert.ok(lastMs > 0 && lastMs < MAX_STALE_MS, `${lastMs} ms`);
    });

    it('is over with the first probe of a reader, who deletes what it asks for, without a write by anybody', async () => {
      const [writer, reader] = [openProcess(), openProcess()];
      for (const { commit } of [writer, reader]) commit(1);
      assert.equal(await writer.read(), 1);
      await server.refuse(true);
      for (const { commit } of [writer, reader]) commit(2);
      await writer.deleteKey();
      await reader.lastAnswerOf(1);
      await server.refuse(false);
      await reader.clock.advance(PROBE_MS);
      reader.bed.asked.length = 0;
      assert.equal(await reader.read(), 2);
      assert.deepEqual(reader.bed.asked, ['delete', 'getMany', 'lease', 'fill']);
      assert.equal(await reader.read(), 2);
      assert.deepEqual(reader.bed.asked.slice(4), ['getMany']);
    });

    it('costs readers of a store that is well one delete a second, of nothing', async () => {
      const own = openProcess();
      own.commit(1);
      await own.lastAnswerOf(1);
      const asked = Map.groupBy(own.bed.asked, (what) => what);
      assert.equal(asked.get('lease')?.length, 1);
      assert.equal(asked.get('delete')?.length, OBSERVED_MS / 1_000 - 1);
    });

    it('the control: where any answer counts, old values are answered without end', async () => {
      const [writer, reader] = [openProcess(ForgivingSwitch), openProcess(ForgivingSwitch)];
      for (const { commit } of [writer, reader]) commit(1);
      assert.equal(await writer.read(), 1);
      await reader.read();
      await server.refuse(true);
      for (const { commit } of [writer, reader]) commit(2);
      await writer.deleteKey();
      assert.equal(await reader.lastAnswerOf(1), OBSERVED_MS);
    });
  });
}

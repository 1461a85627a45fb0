import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createSecondPhase, type RemoteParticipant, STUCK_ATTEMPTS } from './second-phase.ts';
import { stuckGauge } from './stuck-gauge.ts';
import { createStuckTransactions, type Resolution, type StuckTransactions } from './stuck-transactions.ts';
import { clearTcc, readTransactions, tccSchema } from './testing/tcc-schema.ts';
import { sqlTransactionLog, type TransactionRows } from './transaction-rows.ts';

const note = (resolution: Resolution) => ({ resolution, actorId: '77', reason: 'the bank said so' });
const open = ['funds'];

describe('stuck transactions', () => {
  let bed: TestDatabase;
  let clock: VirtualClock;
  let rows: TransactionRows;
  let stuck: StuckTransactions;
  let answer: () => Promise<unknown>;
  let alarms: object[];
  before(async () => {
    bed = await openTestDatabase(tccSchema);
  });
  after(() => bed.stop());
  beforeEach(async () => {
    await clearTcc(bed.database);
    clock = new VirtualClock();
    rows = sqlTransactionLog(bed.database).rows;
    stuck = createStuckTransactions(bed.database, clock);
    alarms = [];
    answer = async () => {
      throw new AppError('TRANSACTION_ENDED', {});
    };
  });

  const secondPhase = (settle: TransactionRows['settle'] = rows.settle) => {
    const funds: RemoteParticipant<true> = {
      try: async () => {},
      confirm: () => answer(),
      cancel: () => answer(),
    };
    return createSecondPhase({
      rows: { settle },
      participants: { funds },
      clock,
      logger: { error: (fields: object) => void alarms.push(fields), warn: () => {} } as never,
      metrics: createMetrics(),
      identity: { kind: 'service', name: 'order' },
    });
  };
  const claim = async () => {
    const [claimed] = await rows.claimDue({ nowMs: clock.now(), leaseEndMs: clock.now() + 5_000 }, 1);
    return claimed ?? assert.fail('nothing is due');
  };
  const read = async (id = '1') => (await readTransactions(bed.database, id))[0] ?? assert.fail();
  const resolve = (resolution: Resolution, id = '1') =>
    bed.database.transaction((em) => stuck.resolve(em, id, note(resolution)));
  const trail = () =>
    bed.database.query<{ resolution: string }>(
      `select transaction_id::text as id, resolution, actor_id::text as actor, reason, open::text as open
       from tcc.tcc_resolution order by id`,
    );

  /** Told in vain until it is stuck, and all others with it. */
  async function getStuck(id: string, attempts = STUCK_ATTEMPTS): Promise<void> {
    const nowMs = clock.now();
    await rows.insert(id, open, { nowMs, dueMs: nowMs });
    await rows.prepare(id);
    await rows.decide(id, 'PREPARED', 'CONFIRMING', { nowMs, leaseEndMs: nowMs });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const lease = { nowMs: clock.now(), leaseEndMs: clock.now() + 5_000 };
      for (const claimed of await rows.claimDue(lease, 10)) await secondPhase().tell(claimed, 'test');
      clock.jump(15_000);
    }
  }

  it('lists a transaction from the fifth attempt on, and raises one alarm', async () => {
    await getStuck('1', STUCK_ATTEMPTS - 1);
    assert.deepEqual([await stuck.list(10, undefined), alarms], [[], []]);
    await secondPhase().tell(await claim(), 'test');
    const [listed, ...others] = await stuck.list(10, undefined);
    const decidedAt = new Date((await read()).decidedMs ?? 0);
    assert.deepEqual(
      [listed, others],
      [
        {
          ...{ id: '1', decision: 'confirm', participants: open, attempts: 5, decidedAt },
          lastError: 'funds: TRANSACTION_ENDED',
        },
        [],
      ],
    );
    clock.jump(15_000);
    await secondPhase().tell(await claim(), 'test');
    assert.equal(alarms.length, 1);
  });

  it('counts them for an alert, and none that is merely tried again', async () => {
    const metrics = createMetrics();
    const stopping = new AbortController();
    const running = stuckGauge({ clock, metrics }, 'tcc', stuck).run(stopping.signal);
    const counted = async () => {
      await clock.advance(10_000);
      // The count itself is real I/O.
      await bed.database.ping();
      return /^tiffin_tcc_stuck_transactions\{schema="tcc"\} (\d+)$/m.exec(await metrics.text())?.[1];
    };
    await getStuck('1', STUCK_ATTEMPTS - 1);
    assert.equal(await counted(), '0');
    await secondPhase().tell(await claim(), 'test');
    assert.equal(await counted(), '1');
    stopping.abort();
    await running;
  });

  it('waits 1, 2, 4, 8 and then 15 seconds before it tells again', async () => {
    const nowMs = clock.now();
    await rows.insert('1', open, { nowMs, dueMs: nowMs });
    const delays: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      await secondPhase().tell(await claim(), 'test');
      const delayMs = ((await read()).dueMs ?? 0) - clock.now();
      delays.push(delayMs / 1_000);
      clock.jump(delayMs);
    }
    assert.deepEqual(delays, [1, 2, 4, 8, 15, 15, 15]);
  });

  it('lists by rising ids, page by page', async () => {
    for (const id of ['3', '20', '100']) await getStuck(id);
    const idsOf = async (limit: number, afterId?: string) =>
      (await stuck.list(limit, afterId)).map(({ id }) => id);
    assert.deepEqual(await idsOf(2), ['3', '20']);
    assert.deepEqual(await idsOf(2, '20'), ['100']);
    assert.deepEqual(await idsOf(2, '100'), []);
  });

  it('resolves only what is stuck', async () => {
    await getStuck('1', STUCK_ATTEMPTS - 1);
    assert.equal(await resolve('RETRY'), undefined);
    assert.equal(await resolve('SETTLED_BY_HAND', '2'), undefined);
    assert.deepEqual(await trail(), []);
    assert.equal((await read()).state, 'CONFIRMING');
  });

  it('writes down who did it and why, in the same transaction', async () => {
    await getStuck('1');
    for (const resolution of ['RETRY', 'SETTLED_BY_HAND'] as const) {
      const before = await read();
      const failing = bed.database.transaction(async (em) => {
        assert.equal((await stuck.resolve(em, '1', note(resolution)))?.id, '1');
        throw new Error('out of flour');
      });
      await assert.rejects(failing, /out of flour/);
      assert.deepEqual([await read(), await trail()], [before, []]);
    }
    await resolve('RETRY');
    await resolve('SETTLED_BY_HAND');
    const written = { id: '1', actor: '77', reason: 'the bank said so', open: '["funds"]' };
    assert.deepEqual(await trail(), [
      { ...written, resolution: 'RETRY' },
      { ...written, resolution: 'SETTLED_BY_HAND' },
    ]);
    assert.equal(await resolve('RETRY'), undefined, 'it is not stuck any more');
  });

  /** Somebody resolves it while a teller waits for the participant, whose answer then comes. */
  async function resolveUnderWay(
    resolution: Resolution,
    outcome: 'follows' | 'fails',
    settle?: TransactionRows['settle'],
  ) {
    await getStuck('1');
    const reached = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    answer = () => {
      reached.resolve();
      return answered.promise;
    };
    const telling = secondPhase(settle).tell(await claim(), 'test');
    await reached.promise;
    await resolve(resolution);
    if (outcome === 'follows') answered.resolve();
    else answered.reject(new AppError('UNAVAILABLE', { retryAfterMs: 0 }));
    return telling;
  }

  it('tells again at once, whatever a teller under way comes to', async () => {
    assert.equal(await resolveUnderWay('RETRY', 'fails'), false);
    assert.equal((await read()).dueMs, clock.now());
    answer = async () => {};
    assert.equal(await secondPhase().tell(await claim(), 'test'), true);
    assert.equal((await read()).state, 'CONFIRMED');
  });

  it('tells nobody any more of what was settled by hand, whatever a teller under way comes to', async () => {
    assert.equal(await resolveUnderWay('SETTLED_BY_HAND', 'follows'), false);
    const { state, dueMs, endedMs } = await read();
    assert.deepEqual({ state, dueMs, endedMs }, { state: 'SETTLED', dueMs: undefined, endedMs: clock.now() });
    clock.jump(1e9);
    assert.deepEqual(await rows.claimDue({ nowMs: clock.now(), leaseEndMs: clock.now() }, 10), []);
    assert.deepEqual(await stuck.list(10, undefined), []);
  });

  it('control: without the fence a teller under way takes back what somebody asked for', async () => {
    await resolveUnderWay('RETRY', 'fails', async (claimed, ...args) =>
      rows.settle({ ...claimed, claims: (await read()).claims }, ...args),
    );
    assert.equal((await read()).dueMs, clock.now() + 15_000);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createRecovery } from './recovery.ts';
import { createSecondPhase, type RemoteParticipant } from './second-phase.ts';
import { createMemoryTransactions, type MemoryTransactions } from './testing/memory-transactions.ts';

const MINUTE_MS = 60_000;
/** Several rounds of a recovery. */
const TRANSACTIONS = 800;
const ids = Array.from({ length: TRANSACTIONS }, (_, index) => String(index + 1));
const never = () => new Promise<never>(() => {});
const unavailable = async () => {
  throw new AppError('UNAVAILABLE', { retryAfterMs: 0 });
};

describe('recovery', () => {
  let clock: VirtualClock;
  let memory: MemoryTransactions;
  /** What the participants heard, and how the next call is answered. */
  let told: string[];
  let answer: (signal: AbortSignal) => Promise<unknown>;
  let busy: number;
  let mostBusy: number;
  beforeEach(() => {
    clock = new VirtualClock();
    memory = createMemoryTransactions();
    told = [];
    answer = async () => {};
    busy = 0;
    mostBusy = 0;
  });

  const participant = (name: string): RemoteParticipant<true> => {
    const hear = (decision: string) => async (id: string, call: { signal: AbortSignal }) => {
      told.push(`${name} ${decision} ${id}`);
      mostBusy = Math.max(mostBusy, ++busy);
      try {
        await answer(call.signal);
      } finally {
        busy--;
      }
    };
    return { try: async () => {}, confirm: hear('confirm'), cancel: hear('cancel') };
  };

  const hang = (_: string, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const hanging: RemoteParticipant<true> = { try: never, confirm: hang, cancel: hang };

  /** Another process, with a recovery of its own. */
  function startRecovery() {
    const { rows } = memory.log;
    const secondPhase = createSecondPhase({
      rows,
      participants: { stock: participant('stock'), funds: participant('funds'), hanging },
      clock,
      logger: silentLogger,
      metrics: createMetrics(),
      identity: { kind: 'service', name: 'order' },
    });
    return createRecovery({ rows, secondPhase, clock });
  }

  async function during<Result>(
    recoveries: { run(signal: AbortSignal): Promise<void> }[],
    work: () => Promise<Result>,
  ) {
    const stop = new AbortController();
    const runs = recoveries.map((recovery) => recovery.run(stop.signal));
    await clock.advance(0);
    const result = await work();
    stop.abort();
    await Promise.all(runs);
    return result;
  }

  /** What a process leaves that dies: transactions in all states, some of them told in vain before. */
  async function leaveOpen(): Promise<void> {
    const { rows } = memory.log;
    for (const id of ids) {
      const nowMs = clock.now();
      await rows.insert(id, ['stock', 'funds'], { nowMs, dueMs: nowMs + 4_000 });
      const kind = Number(id) % 4;
      if (kind === 0) continue;
      await rows.prepare(id);
      if (kind === 1) continue;
      const to = kind === 2 ? 'CONFIRMING' : 'CANCELLING';
      const claimed = await rows.decide(id, 'PREPARED', to, { nowMs, leaseEndMs: nowMs + 5_000 });
      if (!claimed || Number(id) % 3 > 0) continue;
      await rows.settle(
        claimed,
        { open: ['funds'], lastError: 'funds: INTERNAL', dueMs: nowMs + 1_000 },
        nowMs,
      );
    }
  }
  const endOf = (id: string) =>
    (['CANCELLED', 'PREPARED', 'CONFIRMED', 'CANCELLED'] as const)[Number(id) % 4];
  const statesOf = (some: readonly string[]) => some.map((id) => memory.read(id)?.state);

  async function decideAll(): Promise<void> {
    for (const id of ids) {
      const nowMs = clock.now();
      await memory.log.rows.insert(id, ['stock', 'funds'], { nowMs, dueMs: nowMs });
      await memory.log.rows.prepare(id);
      await memory.log.rows.decide(id, 'PREPARED', 'CONFIRMING', { nowMs, leaseEndMs: nowMs });
    }
  }

  it(`ends ${TRANSACTIONS} transactions of a process that was dead for five minutes within 30 s`, async () => {
    await leaveOpen();
    clock.jump(5 * MINUTE_MS);
    await during([startRecovery()], () => clock.advance(30_000));
    assert.deepEqual(statesOf(ids), ids.map(endOf));
    const expected = ids.flatMap((id) => {
      const kind = Number(id) % 4;
      if (kind === 1) return [];
      const decision = kind === 2 ? 'confirm' : 'cancel';
      const names = kind > 1 && Number(id) % 3 === 0 ? ['funds'] : ['stock', 'funds'];
      return names.map((name) => `${name} ${decision} ${id}`);
    });
    assert.deepEqual(told.sort(), expected.sort());
    assert.ok(mostBusy <= 400, `${mostBusy} calls at once`);
  });

  it('control: nothing of it ends without a recovery', async () => {
    await leaveOpen();
    clock.jump(5 * MINUTE_MS);
    await clock.advance(30_000);
    assert.ok(statesOf(ids).every((state) => state !== 'CONFIRMED' && state !== 'CANCELLED'));
  });

  for (const [how, away] of [
    ['refuse', unavailable],
    ['never answer, whatever their deadline', never],
  ] as const) {
    it(`ends them within 30 s of the return of participants that ${how} for five minutes`, async () => {
      await decideAll();
      answer = away;
      await during([startRecovery()], async () => {
        await clock.advance(5 * MINUTE_MS);
        assert.ok(statesOf(ids).every((state) => state === 'CONFIRMING'));
        const attempts = ids.map((id) => memory.read(id)?.attempts ?? 0);
        assert.ok(Math.min(...attempts) >= 5, `${Math.min(...attempts)} attempts`);
        assert.ok(Math.max(...attempts) <= 30, `${Math.max(...attempts)} attempts: they are not overrun`);
        answer = async () => {};
        await clock.advance(30_000);
      });
      assert.ok(statesOf(ids).every((state) => state === 'CONFIRMED'));
    });
  }

  it('keeps a transaction of others from none of its time while 1,000 wait for a participant that hangs', async () => {
    const { rows } = memory.log;
    const begin = async (id: string, participants: string[]) => {
      const nowMs = clock.now();
      await rows.insert(id, participants, { nowMs, dueMs: nowMs });
    };
    for (let n = 1; n <= 1_000; n++) await begin(String(n), ['hanging']);
    await during([startRecovery()], async () => {
      await clock.advance(15_000);
      await begin('9001', ['stock']);
      await clock.advance(5_000);
    });
    assert.equal(memory.read('9001')?.state, 'CANCELLED');
    assert.equal(memory.read('1')?.state, 'CANCELLING');
  });

  it('lets two share the work: each participant is told once', async () => {
    await decideAll();
    const [one, other] = [startRecovery(), startRecovery()];
    const counts = await Promise.all([one.round(), other.round(), one.round(), other.round()]);
    assert.deepEqual(counts, [200, 200, 200, 200], 'bounded, and none waits for another');
    await during([one, other], () => clock.advance(2_000));
    assert.ok(statesOf(ids).every((state) => state === 'CONFIRMED'));
    assert.equal(told.length, 2 * TRANSACTIONS);
    assert.equal(new Set(told).size, told.length);
  });

  it('goes on with the others when one row cannot be written, which comes again when its lease ends', async () => {
    await decideAll();
    const { rows } = memory.log;
    const settle = rows.settle;
    rows.settle = (claimed, ...args) =>
      claimed.id === '7' ? Promise.reject(new Error('disk full')) : settle(claimed, ...args);
    await assert.rejects(startRecovery().round(), /disk full/);
    assert.equal(ids.filter((id) => memory.read(id)?.state === 'CONFIRMED').length, 199);
    rows.settle = settle;
    await during([startRecovery()], () => clock.advance(6_000));
    assert.ok(statesOf(ids).every((state) => state === 'CONFIRMED'));
  });

  it('stops at once, and that is no failed attempt of those that were being told', async () => {
    await decideAll();
    answer = (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      );
    await during([startRecovery()], () => clock.advance(100));
    assert.equal(told.length, 400, 'one round was under way');
    assert.ok(ids.every((id) => memory.read(id)?.attempts === 0));
    answer = async () => {};
    await during([startRecovery()], () => clock.advance(6_000));
    assert.ok(statesOf(ids).every((state) => state === 'CONFIRMED'));
  });
});

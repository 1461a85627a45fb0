import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TransactionRow } from './testing/memory-transactions.ts';
import type { TransactionLog } from './transaction-rows.ts';

/** A log of transactions under test. */
export interface TransactionBed<Session> {
  readonly log: TransactionLog<Session>;
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  read(id: string): Promise<TransactionRow | undefined>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const startMs = Date.UTC(2030, 0, 1);
const begun = { nowMs: startMs, dueMs: startMs + 2_000 };
const leaseAt = (nowMs: number) => ({ nowMs, leaseEndMs: nowMs + 5_000 });
const names = ['stock', 'funds'];

/** What a log of transactions does on every engine. */
export function describeTransactionRows<Session>(
  engine: string,
  open: () => Promise<TransactionBed<Session>>,
): void {
  describe(`transaction rows ${engine}`, () => {
    let bed: TransactionBed<Session>;
    before(async () => {
      bed = await open();
    });
    after(() => bed.stop());
    beforeEach(() => bed.clear());

    const rows = () => bed.log.rows;
    const stateOf = async (id: string) => (await bed.read(id))?.state;
    async function decided(id: string, to: 'CONFIRMING' | 'CANCELLING' = 'CONFIRMING') {
      await rows().insert(id, names, begun);
      await rows().prepare(id);
      const claimed = await rows().decide(id, 'PREPARED', to, leaseAt(startMs));
      assert.ok(claimed);
      return claimed;
    }

    it('begins a transaction once', async () => {
      await rows().insert('1', names, begun);
      await assert.rejects(rows().insert('1', names, begun));
      const { state, open, dueMs, claims, attempts } = (await bed.read('1')) ?? assert.fail();
      assert.deepEqual(
        { state, open, dueMs, claims, attempts },
        { state: 'TRYING', open: names, dueMs: begun.dueMs, claims: 0, attempts: 0 },
      );
    });

    it('prepares what is being tried, and nobody takes it any more', async () => {
      await rows().insert('1', names, begun);
      assert.equal(await rows().prepare('1'), true);
      assert.equal(await rows().prepare('1'), false);
      assert.equal(await rows().prepare('2'), false);
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 1e9), 10), []);
      assert.equal(await rows().decide('1', 'TRYING', 'CANCELLING', leaseAt(startMs)), undefined);
      assert.equal(await stateOf('1'), 'PREPARED');
    });

    it('decides once, and hands it to whoever decided', async () => {
      assert.deepEqual(await decided('1'), {
        id: '1',
        state: 'CONFIRMING',
        open: names,
        claims: 1,
        attempts: 0,
      });
      for (const from of ['TRYING', 'PREPARED'] as const) {
        assert.equal(await rows().decide('1', from, 'CANCELLING', leaseAt(startMs)), undefined);
        assert.equal(await rows().decide('2', from, 'CANCELLING', leaseAt(startMs)), undefined);
      }
    });

    it('lets one of many decide', async () => {
      await rows().insert('1', names, begun);
      await rows().prepare('1');
      const decisions = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          rows().decide('1', 'PREPARED', n % 2 ? 'CONFIRMING' : 'CANCELLING', leaseAt(startMs)),
        ),
      );
      const [won, ...others] = decisions.filter((decision) => decision !== undefined);
      assert.equal(others.length, 0);
      assert.equal(await stateOf('1'), won?.state);
    });

    it('keeps nothing of a session that rolls back, and all of one that commits', async () => {
      await rows().insert('1', names, begun);
      const prepareAndDecide = async (session: Session) => {
        assert.equal(await bed.log.in(session).prepare('1'), true);
        return bed.log.in(session).decide('1', 'PREPARED', 'CANCELLING', leaseAt(startMs));
      };
      const failing = bed.transaction(async (session) => {
        assert.ok(await prepareAndDecide(session));
        throw new Error('out of flour');
      });
      await assert.rejects(failing, /out of flour/);
      assert.deepEqual(
        { state: await stateOf('1'), dueMs: (await bed.read('1'))?.dueMs },
        { state: 'TRYING', dueMs: begun.dueMs },
      );
      assert.ok(await bed.transaction(prepareAndDecide));
      assert.equal(await stateOf('1'), 'CANCELLING');
    });

    it('cancels what is tried for too long, and then it cannot be prepared any more', async () => {
      await rows().insert('1', names, begun);
      assert.deepEqual(await rows().claimDue(leaseAt(begun.dueMs - 1), 10), []);
      const [claimed, ...others] = await rows().claimDue(leaseAt(begun.dueMs), 10);
      assert.deepEqual(
        [claimed, others],
        [{ id: '1', state: 'CANCELLING', open: names, claims: 1, attempts: 0 }, []],
      );
      assert.equal(await rows().prepare('1'), false);
      assert.equal(await rows().decide('1', 'TRYING', 'CANCELLING', leaseAt(begun.dueMs)), undefined);
      assert.equal((await bed.read('1'))?.decidedMs, begun.dueMs);
    });

    it('lets either the preparer or those who cancel have it, never both', async () => {
      const ids = Array.from({ length: 20 }, (_, n) => String(n + 1));
      for (const id of ids) await rows().insert(id, names, begun);
      const claims = Promise.all(ids.map(() => rows().claimDue(leaseAt(begun.dueMs), 1)));
      const prepared = await Promise.all(ids.map((id) => rows().prepare(id)));
      const cancelled = (await claims).flat().map(({ id }) => id);
      for (const [index, id] of ids.entries()) {
        const isOpen = !prepared[index] && !cancelled.includes(id);
        assert.equal(await stateOf(id), prepared[index] ? 'PREPARED' : isOpen ? 'TRYING' : 'CANCELLING');
        assert.ok(!(prepared[index] && cancelled.includes(id)));
      }
    });

    it('gives a decided one to another when the lease ends, not before, with a higher number', async () => {
      await decided('1');
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 4_999), 10), []);
      const [claimed] = await rows().claimDue(leaseAt(startMs + 5_000), 10);
      assert.equal(claimed?.claims, 2);
      assert.equal(claimed.state, 'CONFIRMING');
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 9_999), 10), []);
    });

    it('ends it when nobody is open, once', async () => {
      for (const [id, state] of [
        ['1', 'CONFIRMING'],
        ['2', 'CANCELLING'],
      ] as const) {
        const claimed = await decided(id, state);
        const progress = { open: [], lastError: '', dueMs: startMs + 1_000 };
        assert.equal(await rows().settle(claimed, progress, startMs + 7), true);
        assert.equal(await rows().settle(claimed, progress, startMs + 8), false);
        const ended = await bed.read(id);
        assert.deepEqual(
          { state: ended?.state, dueMs: ended?.dueMs, endedMs: ended?.endedMs, open: ended?.open },
          {
            state: state === 'CONFIRMING' ? 'CONFIRMED' : 'CANCELLED',
            dueMs: undefined,
            endedMs: startMs + 7,
            open: [],
          },
        );
      }
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 1e9), 10), []);
    });

    it('remembers who is open, how often and why, until the next time', async () => {
      const claimed = await decided('1');
      const progress = { open: ['funds'], lastError: 'funds: UNAVAILABLE', dueMs: startMs + 1_000 };
      assert.equal(await rows().settle(claimed, progress, startMs), true);
      assert.equal((await bed.read('1'))?.lastError, 'funds: UNAVAILABLE');
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 999), 10), []);
      assert.deepEqual(await rows().claimDue(leaseAt(startMs + 1_000), 10), [
        { id: '1', state: 'CONFIRMING', open: ['funds'], claims: 2, attempts: 1 },
      ]);
    });

    it('fences off whoever has an older lease', async () => {
      const old = await decided('1');
      const [current] = await rows().claimDue(leaseAt(startMs + 5_000), 10);
      assert.ok(current);
      const ended = { open: [], lastError: '', dueMs: startMs };
      const failed = { open: ['stock'], lastError: 'stock: INTERNAL', dueMs: startMs };
      for (const progress of [ended, failed])
        assert.equal(await rows().settle(old, progress, startMs), false);
      const row = await bed.read('1');
      assert.deepEqual(
        { state: row?.state, open: row?.open, attempts: row?.attempts, dueMs: row?.dueMs },
        { state: 'CONFIRMING', open: names, attempts: 0, dueMs: startMs + 10_000 },
      );
      assert.equal(await rows().settle(current, ended, startMs), true);
    });

    it('gives several claimers different ones, the oldest first, as many as each asked for', async () => {
      for (let n = 1; n <= 60; n++) {
        await rows().insert(String(n), names, { nowMs: startMs, dueMs: startMs + 1_000 - n });
      }
      const [first] = await rows().claimDue(leaseAt(startMs + 1_000), 1);
      assert.equal(first?.id, '60');
      const claims = await Promise.all(
        Array.from({ length: 6 }, () => rows().claimDue(leaseAt(startMs + 1_000), 8)),
      );
      assert.ok(claims.every((claimed) => claimed.length <= 8));
      const ids = claims.flat().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const rest = await rows().claimDue(leaseAt(startMs + 1_000), 100);
      assert.deepEqual(
        new Set([first.id, ...ids, ...rest.map(({ id }) => id)]).size,
        60,
        'each of them was claimed',
      );
      assert.equal(1 + ids.length + rest.length, 60, 'none of them twice');
    });
  });
}

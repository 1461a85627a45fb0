import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, sleep } from '../clock/clock.ts';
import { createSnowflake } from './snowflake.ts';
import { type LeaseDatabase, releaseWorkerLease, renewWorkerLease, takeWorkerLease } from './worker-lease.ts';

/** Makes the ids of a service's rows. */
export interface IdGenerator {
  /**
   * A new id, unique among all processes on this database. It is a promise because it may have to wait for the clock
   * (a full millisecond, or a clock that went back a little); a busy wait would hold up the whole process.
   * Throws `WorkerLeaseLost` or `ClockMovedBack`.
   */
  nextId(): Promise<bigint>;
  /** Stops renewing and gives the worker id back. */
  stop(): Promise<void>;
}

export interface IdGeneratorOptions {
  /** Its schema holds the table of `workerLeaseTableSql`. */
  database: LeaseDatabase;
  clock: Clock;
  /** Shown in the table. Default host and pid; each generator adds what makes it unique. */
  owner?: string;
  /** A lease not renewed for this long is free. Default 30,000 ms; it is renewed after each third. */
  ttlMs?: number;
  /** Milliseconds of a clock that never jumps. Default `performance.now`. */
  monotonicNow?: () => number;
  logger?: { warn(fields: object, message: string): void };
}

/** This process is not sure to be the only owner of a worker id, so it makes no ids until it has one again. */
export class WorkerLeaseLost extends Error {
  override readonly name = 'WorkerLeaseLost';
}

interface Lease {
  readonly workerId: number;
  /** On the wall clock. The owner before us made no ids from here on. */
  readonly takenMs: number;
  /** On the monotonic clock: when the database may give the id away, at the earliest. */
  validUntilMs: number;
  /** On the wall clock: ids from here on are not promised to us, because the next owner may start here. */
  idFloorMs: number;
}

/** Leases a worker id and keeps it. Throws `NoFreeWorkerId`, or what the database throws. */
export async function openIdGenerator(options: IdGeneratorOptions): Promise<IdGenerator> {
  const { database, clock, ttlMs = 30_000, monotonicNow = () => performance.now(), logger } = options;
  const owner = `${options.owner ?? `${hostname()}:${process.pid}`}/${randomUUID()}`;
  const snowflake = createSnowflake();
  const stopping = new AbortController();
  let lease: Lease | undefined = await take();

  async function take(): Promise<Lease> {
    // Measured before the statement is sent: the database starts counting later than we do, never earlier.
    const [validUntilMs, nowMs] = [monotonicNow() + ttlMs, clock.now()];
    const workerId = await takeWorkerLease(database, { owner, ttlMs, nowMs });
    return { workerId, takenMs: nowMs, validUntilMs, idFloorMs: nowMs + ttlMs };
  }

  async function renew(held: Lease): Promise<Lease | undefined> {
    const [validUntilMs, nowMs] = [monotonicNow() + ttlMs, clock.now()];
    const kept = await renewWorkerLease(database, held.workerId, { owner, ttlMs, nowMs });
    return kept ? { ...held, validUntilMs, idFloorMs: nowMs + ttlMs } : undefined;
  }

  async function keepLease(): Promise<void> {
    for (;;) {
      await sleep(clock, ttlMs / 3, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        lease = lease && (await renew(lease));
        lease ??= await take();
      } catch (error) {
        logger?.warn(
          { err: error, schema: database.schema },
          'The lease of the worker id could not be renewed.',
        );
      }
    }
  }

  /** Checked at each id, so that a process that was frozen past its lease makes none after it thaws. */
  function requireWorkerId(nowMs: number): number {
    if (lease && !stopping.signal.aborted && monotonicNow() < lease.validUntilMs && nowMs < lease.idFloorMs) {
      return lease.workerId;
    }
    throw new WorkerLeaseLost(
      `No ids for ${database.schema}: the lease of its worker id ended and could not be renewed yet.`,
    );
  }

  const keeping = keepLease();
  return {
    async nextId() {
      for (;;) {
        const nowMs = clock.now();
        const step = snowflake.step(nowMs, requireWorkerId(nowMs));
        if ('id' in step) return step.id;
        await sleep(clock, step.waitMs, stopping.signal);
      }
    },
    async stop() {
      stopping.abort();
      await keeping;
      const held = lease;
      lease = undefined;
      if (!held) return;
      const idFloorMs = Math.max(held.takenMs, snowflake.lastMs + 1);
      await releaseWorkerLease(database, held.workerId, owner, idFloorMs);
    },
  };
}

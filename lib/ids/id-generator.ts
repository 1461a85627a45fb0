// TEMPORARY by the lead, to be replaced by the ids helper.
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import type { Logger } from '../telemetry/logger.ts';
export interface IdGenerator { nextId(): Promise<bigint>; stop(): Promise<void> }
export async function openIdGenerator(_: { database: Database; clock: Clock; logger: Logger }): Promise<IdGenerator> {
  let n = BigInt(Date.now()) << 22n;
  return { nextId: async () => ++n, stop: async () => {} };
}

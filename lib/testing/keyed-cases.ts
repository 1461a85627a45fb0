import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { newKey } from './fresh-key.ts';
import type { RpcErrorCase } from './rpc-error-cases.ts';

/** What the cases need to know of a service. */
export interface KeyedService {
  readonly database: Pick<Database, 'schema' | 'query'>;
  readonly clock: Clock;
}

/** Sends a valid request under a key: one of two different bodies. What comes of it does not matter. */
export type SendKeyed = (
  idempotencyKey: string,
  body: 'one' | 'other',
  context: CallContext,
) => Promise<unknown>;

/** So much is left of the call's budget: too little to wait for somebody else. */
const shortBudgetMs = 20;

/** The cases of `RpcErrorCases` that every rpc with an idempotency key shares. */
export function keyedCases(
  serviceOf: () => KeyedService,
  context: CallContext,
  send: SendKeyed,
): { IDEMPOTENCY_MISMATCH: RpcErrorCase; IN_PROGRESS: RpcErrorCase } {
  const sendOne = async (key: string) => {
    await send(key, 'one', context).catch(() => {});
  };
  return {
    async IDEMPOTENCY_MISMATCH() {
      const key = newKey();
      await sendOne(key);
      return send(key, 'other', context);
    },
    async IN_PROGRESS() {
      const key = newKey();
      await sendOne(key);
      const { database, clock } = serviceOf();
      await leaveUnfinished(database, key, clock.now());
      return send(key, 'one', { ...context, deadlineMs: clock.now() + shortBudgetMs });
    },
  };
}

/** As if another process, somewhere, were still at it. */
async function leaveUnfinished(
  { schema, query }: KeyedService['database'],
  key: string,
  nowMs: number,
): Promise<void> {
  await query(
    `update "${schema}".idempotency_key set state = 'CLAIMED', result = null, claimed_until = ?::timestamptz
     where key = ?`,
    [new Date(nowMs + 60_000).toISOString(), key],
  );
}

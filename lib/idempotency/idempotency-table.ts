import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../engines/database.ts';

/** The table `idempotency_key` of a schema: what came of each attempt that a caller named. */
export function idempotencyTableSql(schema: string): string[] {
  return [
    `create table "${schema}".idempotency_key (
       caller text not null,
       key text not null check (char_length(key) between 1 and 64),
       operation text not null,
       body_hash bytea not null,
       state text not null check (state in ('CLAIMED', 'SUCCEEDED', 'FAILED')),
       claim_token text not null,
       claimed_until timestamptz not null,
       result bytea check ((state = 'CLAIMED') = (result is null)),
       expires_at timestamptz not null,
       primary key (caller, key)
     )`,
    `create index idempotency_key_by_expiry on "${schema}".idempotency_key (expires_at)`,
    `comment on column "${schema}".idempotency_key.claim_token is
       'Whoever claims the key writes a new one: an owner that was given up finds another than its own'`,
  ];
}

/** One attempt, by the caller's name for it. */
export interface Attempt {
  /** Whose key it is: keys of different callers have nothing to do with each other. */
  readonly caller: string;
  readonly key: string;
  /** The rpc, and a hash of its request without the key: what a repetition must have in common with the first. */
  readonly operation: string;
  readonly bodyHash: Buffer;
}

/** What an attempt came to, encoded as on the wire. */
export interface Outcome {
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly result: Uint8Array;
}

export type ClaimResult =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'finished'; readonly outcome: Outcome }
  /** The key names another operation, or another body. */
  | { readonly kind: 'mismatch' }
  /** Somebody else is at it. */
  | { readonly kind: 'busy' };

export interface Claim {
  readonly token: string;
  readonly nowMs: number;
  /** From then on others may take the attempt over. */
  readonly untilMs: number;
  /** From then on the key is as new. */
  readonly expiresAtMs: number;
}

/** The rows of one schema. Each function is one statement, or two. */
export interface IdempotencyTable {
  /** Claims a key that is new, expired, or left behind by an owner whose claim is over. */
  claim(attempt: Attempt, claim: Claim): Promise<ClaimResult>;
  /** Keeps the outcome in the transaction that `em` is, or on its own. False where the claim is another's by now. */
  keep(attempt: Attempt, token: string, outcome: Kept, em?: EntityManager): Promise<boolean>;
  /** Forgets a claim that came to nothing worth keeping. An outcome that was kept stays. */
  release(attempt: Attempt, token: string): Promise<void>;
  /** Deletes expired keys, `maxRows` at most; resolves to how many. */
  deleteExpired(nowMs: number, maxRows: number): Promise<number>;
}

export interface Kept extends Outcome {
  readonly expiresAtMs: number;
}

export function createIdempotencyTable(
  database: Pick<Database, 'schema' | 'query' | 'fork'>,
): IdempotencyTable {
  const table = `"${database.schema}".idempotency_key`;

  /** A claimed row of another body stays: its caller has used the key for something else, whatever came of it. */
  const claimSql = `
    insert into ${table} as held (
      caller, key, operation, body_hash, state, claim_token, claimed_until, result, expires_at)
    values (?, ?, ?, ?, 'CLAIMED', ?, ?::timestamptz, null, ?::timestamptz)
    on conflict (caller, key) do update set
      operation = excluded.operation,
      body_hash = excluded.body_hash,
      state = excluded.state,
      claim_token = excluded.claim_token,
      claimed_until = excluded.claimed_until,
      result = excluded.result,
      expires_at = excluded.expires_at
    where held.expires_at <= ?
      or (held.state = 'CLAIMED' and held.claimed_until <= ?
        and held.operation = excluded.operation and held.body_hash = excluded.body_hash)
    returning key`;

  async function look({ caller, key, operation, bodyHash }: Attempt): Promise<ClaimResult> {
    const [row] = await database.query<HeldRow>(
      `select operation = ? and body_hash = ? as is_same, state, result from ${table}
       where caller = ? and key = ?`,
      [operation, bodyHash, caller, key],
    );
    // Released since: the next look claims it.
    if (!row) return { kind: 'busy' };
    if (!row.is_same) return { kind: 'mismatch' };
    if (row.state === 'CLAIMED' || !row.result) return { kind: 'busy' };
    return { kind: 'finished', outcome: { state: row.state, result: row.result } };
  }

  return {
    async claim(attempt, { token, nowMs, untilMs, expiresAtMs }) {
      const { caller, key, operation, bodyHash } = attempt;
      const now = timestamp(nowMs);
      const claimed = await database.query(claimSql, [
        ...[caller, key, operation, bodyHash, token, timestamp(untilMs), timestamp(expiresAtMs)],
        ...[now, now],
      ]);
      return claimed.length > 0 ? { kind: 'claimed' } : look(attempt);
    },

    async keep({ caller, key }, token, { state, result, expiresAtMs }, em = database.fork()) {
      const kept = await em.execute<unknown[]>(
        `update ${table} set state = ?, result = ?, expires_at = ?::timestamptz
         where caller = ? and key = ? and claim_token = ? and state = 'CLAIMED'
         returning key`,
        [state, Buffer.from(result), timestamp(expiresAtMs), caller, key, token],
      );
      return kept.length > 0;
    },

    async release({ caller, key }, token) {
      await database.query(
        `delete from ${table} where caller = ? and key = ? and claim_token = ? and state = 'CLAIMED'`,
        [caller, key, token],
      );
    },

    async deleteExpired(nowMs, maxRows) {
      const rows = await database.query(
        `delete from ${table} where (caller, key) in (
           select caller, key from ${table} where expires_at <= ?
           order by expires_at limit ? for update skip locked
         ) returning 1`,
        [timestamp(nowMs), maxRows],
      );
      return rows.length;
    },
  };
}

interface HeldRow {
  readonly is_same: boolean;
  readonly state: 'CLAIMED' | Outcome['state'];
  readonly result: Uint8Array | null;
}

function timestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}

import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import { STUCK_ATTEMPTS } from './second-phase.ts';

/** A decided transaction whose participants do not follow. */
export interface StuckTransaction {
  /** Decimal text. */
  readonly id: string;
  readonly decision: 'confirm' | 'cancel';
  /** The participants that have not followed. */
  readonly participants: readonly string[];
  readonly attempts: number;
  /** Names no user data. */
  readonly lastError: string;
  readonly decidedAt: Date;
}

/** `RETRY`: its participants are told again at once. `SETTLED_BY_HAND`: somebody put it right, and nobody is told again. */
export type Resolution = 'RETRY' | 'SETTLED_BY_HAND';

export interface ResolutionNote {
  readonly resolution: Resolution;
  /** The user who decided it. */
  readonly actorId: string;
  readonly reason: string;
}

/** What people do about transactions that do not end by themselves. */
export interface StuckTransactions {
  /** By rising ids, at most `limit`, those after `afterId`. */
  list(limit: number, afterId: string | undefined): Promise<StuckTransaction[]>;
  /** How many there are; those beyond 1,000 are not counted. */
  count(): Promise<number>;
  /**
   * Resolves one in the transaction that `em` is, and writes down who did and why. Resolves to it as it was; undefined
   * where it is not stuck.
   */
  resolve(em: EntityManager, id: string, note: ResolutionNote): Promise<StuckTransaction | undefined>;
}

/** The table of what people did, for the migration of the service that coordinates. Rows are never changed or deleted. */
export function resolutionTableSql(schema: string): string[] {
  return [
    `create table "${schema}".tcc_resolution (
      id bigint generated always as identity primary key,
      transaction_id bigint not null,
      resolution text not null check (resolution in ('RETRY', 'SETTLED_BY_HAND')),
      actor_id bigint not null,
      reason text not null check (char_length(reason) between 1 and 200),
      open jsonb not null,
      at timestamptz not null
    )`,
    `create index tcc_resolution_by_transaction on "${schema}".tcc_resolution (transaction_id, id)`,
  ];
}

/** Whoever has as many has seen enough. */
const MAX_COUNTED = 1_000;

interface Row {
  readonly id: string;
  readonly state: 'CONFIRMING' | 'CANCELLING';
  readonly open_json: string;
  readonly attempts: number;
  readonly last_error: string;
  readonly decided_ms: number;
}

const columns = `id, state, open::text as open_json, attempts, last_error,
  (extract(epoch from decided_at) * 1000)::float8 as decided_ms`;
const isStuck = `state in ('CONFIRMING', 'CANCELLING') and attempts >= ${STUCK_ATTEMPTS}`;

/** `database` has the tables of `transactionTableSql` and `resolutionTableSql`. */
export function createStuckTransactions(
  database: Pick<Database, 'schema' | 'query'>,
  clock: Clock,
): StuckTransactions {
  const table = `"${database.schema}".tcc_transaction`;
  return {
    async list(limit, afterId = '0') {
      const rows = await database.query<Row>(
        `select ${columns} from ${table} where ${isStuck} and id > ? order by id limit ?`,
        [afterId, limit],
      );
      return rows.map(toStuck);
    },

    async count() {
      const [row] = await database.query<{ count: string }>(
        `select count(*) from (select from ${table} where ${isStuck} limit ${MAX_COUNTED}) as stuck`,
      );
      return Number(row?.count);
    },

    async resolve(em, id, { resolution, actorId, reason }) {
      const [row] = await em.execute<Row[]>(
        `select ${columns} from ${table} where id = ? and ${isStuck} for update`,
        [id],
      );
      if (!row) return undefined;
      const at = new Date(clock.now()).toISOString();
      // A new number of claims fences off whoever is telling its participants just now.
      await em.execute(
        resolution === 'RETRY'
          ? `update ${table} set due_at = ?::timestamptz, claims = claims + 1 where id = ?`
          : `update ${table} set state = 'SETTLED', due_at = null, ended_at = ?::timestamptz, claims = claims + 1
             where id = ?`,
        [at, id],
      );
      await em.execute(
        `insert into "${database.schema}".tcc_resolution (transaction_id, resolution, actor_id, reason, open, at)
         values (?, ?, ?, ?, ?::jsonb, ?::timestamptz)`,
        [id, resolution, actorId, reason, row.open_json, at],
      );
      return toStuck(row);
    },
  };
}

function toStuck({ id, state, open_json, attempts, last_error, decided_ms }: Row): StuckTransaction {
  return {
    id: String(id),
    decision: state === 'CONFIRMING' ? 'confirm' : 'cancel',
    participants: JSON.parse(open_json),
    attempts,
    lastError: last_error,
    decidedAt: new Date(decided_ms),
  };
}

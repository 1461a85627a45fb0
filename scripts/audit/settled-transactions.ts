import type { Finding } from '@tiffin/lib/audit/finding';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import { BRANCH_RETENTION_MS } from '@tiffin/lib/tcc/forget-branches';
import { type Audited, at, settledBefore } from './audited.ts';
import type { SettledState } from './participants.ts';

/** A transaction that nothing happens to until somebody decides it. Its id is that of its order. */
export interface SettledTransaction {
  readonly id: string;
  readonly state: SettledState;
  readonly participants: readonly string[];
}

/** Before participants begin to forget their branches: they would be asked in vain. */
const rememberedMs = BRANCH_RETENTION_MS - 86_400_000;

type Row = Omit<SettledTransaction, 'participants'> & { readonly participants_json: string };

/** By rising ids. Not those of orders from before there were transactions: they have no participants. */
export async function readSettled(
  audited: Audited,
  after: { readonly id: string } | undefined,
  limit: number,
): Promise<SettledTransaction[]> {
  const rows = await audited.databases.order.query<Row>(
    `select id, state, participants::text as participants_json from "order".tcc_transaction
     where id > ? and state in ('PREPARED', 'CONFIRMED', 'CANCELLED') and participants <> '[]'
       and coalesce(ended_at, decided_at, begun_at) < ?::timestamptz
       and (ended_at is null or ended_at > ?::timestamptz)
     order by id limit ?`,
    [after?.id ?? '0', settledBefore(audited), at(audited.clock.now() - rememberedMs), limit],
  );
  return rows.map(({ id, state, participants_json }) => ({
    ...{ id: String(id), state },
    participants: JSON.parse(participants_json),
  }));
}

/**
 * The findings about transactions that stand where they stood. The others were decided while one service after the
 * other was asked, so what these answered belongs to two moments. No transaction ever comes back to a state.
 */
export async function stillSettled(
  { databases }: Audited,
  transactions: readonly SettledTransaction[],
  found: ReadonlyMap<string, readonly string[]>,
): Promise<Finding[]> {
  if (found.size === 0) return [];
  const rows = await databases.order.query<{ id: string; state: string }>(
    'select id, state from "order".tcc_transaction where id = any(?::bigint[])',
    [bigintArray([...found.keys()])],
  );
  const now = new Map(rows.map(({ id, state }) => [String(id), state]));
  return transactions
    .filter(({ id, state }) => now.get(id) === state)
    .flatMap(({ id }) => (found.get(id) ?? []).map((problem) => ({ unit: `order ${id}`, problem })));
}

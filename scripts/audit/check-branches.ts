import type { Finding } from '@tiffin/lib/audit/finding';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import { type Audited, findByPages, settledBefore } from './audited.ts';
import { branchOf, type ParticipantName, participants } from './participants.ts';
import { readSettled, type SettledTransaction, stillSettled } from './settled-transactions.ts';

const names = Object.keys(participants) as ParticipantName[];

/** Participants stand where their transactions do, and hold nothing for those that they take no part in. */
export function checkBranches(audited: Audited): Promise<Finding[]> {
  return findByPages(
    (after: SettledTransaction | undefined, limit) => readSettled(audited, after, limit),
    async (transactions) => {
      const ids = transactions.map(({ id }) => id);
      const branches = await Promise.all(names.map((name) => readBranches(audited, name, ids)));
      const found = new Map<string, string[]>();
      for (const transaction of transactions) {
        const problems = names.flatMap((name, index) =>
          problemOf(transaction, name, branches[index]?.get(transaction.id)),
        );
        if (problems.length > 0) found.set(transaction.id, problems);
      }
      return stillSettled(audited, transactions, found);
    },
  );
}

function problemOf(
  { state, participants: taking }: SettledTransaction,
  name: ParticipantName,
  branch: string | undefined,
): string[] {
  if (!taking.includes(name)) {
    return branch === undefined || branch === 'CANCELLED'
      ? []
      : [`has a ${branch} branch of ${name}, which takes no part in it`];
  }
  if (branch === branchOf[state] || (state === 'CANCELLED' && branch === undefined)) return [];
  return [`is ${state}, and its branch of ${name} is ${branch ?? 'missing'}`];
}

async function readBranches(
  { databases }: Audited,
  name: ParticipantName,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { service, branch } = participants[name];
  const rows = await databases[service].query<{ id: string; state: string }>(
    `select transaction_id as id, state from "${service}".tcc_branch
     where branch = ? and transaction_id = any(?::bigint[])`,
    [branch, bigintArray(ids)],
  );
  return new Map(rows.map(({ id, state }) => [String(id), state]));
}

/** Nothing is held for a transaction that is not there, or that somebody has put right by hand. */
export async function checkOrphans(audited: Audited): Promise<Finding[]> {
  return (await Promise.all(names.map((name) => orphansOf(audited, name)))).flat();
}

function orphansOf(audited: Audited, name: ParticipantName): Promise<Finding[]> {
  const { order, [participants[name].service]: database } = audited.databases;
  return findByPages(
    (after: { id: string } | undefined, limit) =>
      database.query<{ id: string }>(
        `select transaction_id as id from "${participants[name].service}".tcc_branch
         where state = 'TRIED' and branch = ? and transaction_id > ? and changed_at < ?::timestamptz
         order by transaction_id limit ?`,
        [participants[name].branch, after?.id ?? '0', settledBefore(audited), limit],
      ),
    async (tried) => {
      // A transaction is written down before anybody is asked to hold something: asked for now, it must be there.
      const rows = await order.query<{ id: string; state: string }>(
        'select id, state from "order".tcc_transaction where id = any(?::bigint[])',
        [bigintArray(tried.map(({ id }) => id))],
      );
      const states = new Map(rows.map(({ id, state }) => [String(id), state]));
      return tried.flatMap(({ id }) => {
        const state = states.get(String(id)) ?? 'missing';
        if (state !== 'missing' && state !== 'SETTLED') return [];
        return [{ unit: `order ${id}`, problem: `holds its ${name}, and its transaction is ${state}` }];
      });
    },
  );
}

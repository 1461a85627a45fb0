import { type BranchName, branchNames, type RandomSchedule } from './random-schedule.ts';
import { ACCOUNT_AMOUNT, ACCOUNTS, type SqlSchemas } from './sql-schemas.ts';
import { readTransactions } from './tcc-schema.ts';

/** Virtual time in which a transaction ends, with crashes of its coordinator and of those who recover. */
const MAX_TOOK_MS = 30_000;

/** What must not be when schedules have come to their end, in words that name the schedule. */
export async function findSqlViolations(
  schemas: SqlSchemas,
  schedules: readonly RandomSchedule[],
): Promise<string[]> {
  const { orders } = schemas;
  const rows = new Map((await readTransactions(orders)).map((row) => [row.id, row]));
  const purchases = new Map(
    (await orders.query<{ id: string; state: string }>('select id, state from orders.purchase')).map(
      ({ id, state }) => [String(id), state],
    ),
  );
  const branches = await Promise.all(branchNames.map((name) => readBranches(schemas, name)));
  const found = branches.flatMap(({ name, accounts }) => accounts.map((account) => `${name}: ${account}`));
  for (const { number, amounts } of schedules) {
    const id = String(number + 1);
    const row = rows.get(id);
    const purchase = purchases.get(id);
    const expect = (isSo: boolean, otherwise: string) => {
      if (!isSo) found.push(`TCC_CASE=${number}: ${otherwise}`);
    };
    const isPaid = purchase === 'PAID';
    const end = isPaid ? 'CONFIRMED' : 'CANCELLED';
    expect(purchase !== 'CREATED', 'an order that nobody decided');
    expect(row ? row.state === end : purchase === undefined, `${row?.state}, and the order is ${purchase}`);
    const tookMs = (row?.endedMs ?? Number.POSITIVE_INFINITY) - (row?.begunMs ?? 0);
    expect(!row || tookMs <= MAX_TOOK_MS, `ended after ${tookMs} ms`);
    for (const { name, states, effects } of branches) {
      const takesPart = row !== undefined && amounts[name] !== undefined;
      expect(states.get(id) === (takesPart ? end : undefined), `${name} is ${states.get(id)}`);
      const did = (effects.get(id) ?? []).join(', ');
      const allowed = !takesPart ? [''] : isPaid ? ['confirm, try'] : ['', 'cancel, try'];
      expect(allowed.includes(did), `${name} did ${did || 'nothing'}`);
    }
  }
  return found;
}

interface Branches {
  readonly name: BranchName;
  /** By transaction. */
  readonly states: ReadonlyMap<string, string>;
  readonly effects: ReadonlyMap<string, readonly string[]>;
  /** What is wrong with the sums. */
  readonly accounts: readonly string[];
}

async function readBranches({ branches }: SqlSchemas, name: BranchName): Promise<Branches> {
  const database = branches[name];
  const states = await database.query<{ id: string; state: string }>(
    `select transaction_id as id, state from ${name}.tcc_branch`,
  );
  const effects = await database.query<{ id: string; steps: string }>(
    `select transaction_id as id, string_agg(step, ', ' order by step) as steps from ${name}.effect group by 1`,
  );
  const [sums] = await database.query<{ total: string; held: string; spent: string; confirmed: string }>(
    `select sum(free + held + spent) as total, sum(abs(held)) as held, sum(spent) as spent,
       (select coalesce(sum(amount), 0) from ${name}.effect where step = 'confirm') as confirmed
     from ${name}.account`,
  );
  const accounts = [];
  if (Number(sums?.total) !== ACCOUNTS * ACCOUNT_AMOUNT) accounts.push(`${sums?.total} in all`);
  if (Number(sums?.held) !== 0) accounts.push(`${sums?.held} are held`);
  if (sums?.spent !== sums?.confirmed) accounts.push(`${sums?.spent} spent, ${sums?.confirmed} confirmed`);
  return {
    name,
    accounts,
    states: new Map(states.map(({ id, state }) => [String(id), state])),
    effects: new Map(effects.map(({ id, steps }) => [String(id), steps.split(', ')])),
  };
}

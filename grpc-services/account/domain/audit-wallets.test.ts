import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { Database } from '@tiffin/lib/engines/database';
import {
  type AccountTestBed,
  callByService,
  createAccountTestBed,
  eur,
  registeredWith,
} from '../account-test-bed.ts';
import { auditWallets } from './audit-wallets.ts';

let bed: AccountTestBed;
let userId: string;
before(async () => {
  bed = await createAccountTestBed();
  // One that nothing is done to.
  await registeredWith(bed, 500);
  userId = (await registeredWith(bed, 1_000)).user.id;
  for (const [orderId, cents] of [
    ['51', 100],
    ['52', 200],
    ['53', 300],
  ] as const)
    await bed.funds.holdFunds({ orderId, userId, amount: eur(cents) }, callByService);
  await bed.funds.captureFunds({ orderId: '52' }, callByService);
  await bed.funds.releaseFunds({ orderId: '53' }, callByService);
  await bed.funds.releaseFunds({ orderId: '54' }, callByService);
});
after(() => bed.stop());

test('books that balance give no findings', async () => {
  assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
});

const wallet = (problem: string) => `wallet USER EUR ${problem}`;
const notInLedger = {
  available: wallet('has available what the ledger does not tell'),
  held: wallet('has held what the ledger does not tell'),
};
const notOfOrders = wallet('has held what open orders do not hold');
const notZero = 'has entries that do not sum to zero';
const notFitting = (orderId: string) => `order ${orderId} has movements that do not fit how far it is`;

/** The user has 700 available and 100 that order 51 holds; 52 spent 200, 53 gave its 300 back, 54 never had any. */
const harms: Record<string, { sql: readonly string[]; findings: readonly string[] }> = {
  'money appears': {
    sql: ['update account.wallet_balance set available_cents = available_cents + 1 where user_id = USER'],
    findings: [notInLedger.available],
  },
  'held money vanishes': {
    sql: ['update account.wallet_balance set held_cents = held_cents - 1 where user_id = USER'],
    findings: [notOfOrders, notInLedger.held],
  },
  'held money is moved and nobody books it': {
    sql: [
      `update account.wallet_balance set held_cents = held_cents - 1, available_cents = available_cents + 1
       where user_id = USER`,
    ],
    findings: [notInLedger.available, notOfOrders, notInLedger.held],
  },
  'one side of a transfer is forged': {
    sql: [
      `update account.ledger_entry set amount_cents = -201 where transfer_id = CAPTURED
       and account = 'USER_HELD'`,
    ],
    findings: [`transfer CAPTURED ${notZero}`, notInLedger.held],
  },
  'both sides are forged, so that they fit': {
    sql: ['update account.ledger_entry set amount_cents = 2 * amount_cents where transfer_id = CAPTURED'],
    findings: [notInLedger.held],
  },
  'two transfers are wrong by amounts that make up for each other': {
    sql: [
      `update account.ledger_entry set amount_cents = amount_cents + 1 where transfer_id = CAPTURED
       and account = 'ORDER_REVENUE'`,
      `update account.ledger_entry set amount_cents = amount_cents - 1 where transfer_id = TOPPED_UP
       and account = 'SANDBOX_FUNDING'`,
    ],
    findings: [`transfer TOPPED_UP ${notZero}`, `transfer CAPTURED ${notZero}`],
  },
  'one side of a transfer is lost': {
    sql: ["delete from account.ledger_entry where transfer_id = CAPTURED and account = 'ORDER_REVENUE'"],
    findings: ['transfer CAPTURED has not two entries'],
  },
  'both sides of a transfer are lost': {
    sql: ['delete from account.ledger_entry where transfer_id = CAPTURED'],
    findings: ['transfer CAPTURED has not two entries', notInLedger.held],
  },
  'money comes from the wrong account': {
    sql: [
      `update account.ledger_entry set account = 'USER_AVAILABLE' where transfer_id = CAPTURED
       and account = 'USER_HELD'`,
    ],
    findings: [notInLedger.available, notInLedger.held],
  },
  'an order ends and its money stays held': {
    sql: ["update account.tcc_branch set state = 'CANCELLED' where transaction_id = 51"],
    findings: [notOfOrders, notFitting('51')],
  },
  'an order is open whose money is spent': {
    sql: ["update account.tcc_branch set state = 'TRIED' where transaction_id = 52"],
    findings: [notOfOrders, notFitting('52')],
  },
  'an order counts as paid that got its money back': {
    sql: ["update account.tcc_branch set state = 'CONFIRMED' where transaction_id = 53"],
    findings: [notFitting('53')],
  },
  'an order is open that never took money': {
    sql: ["update account.tcc_branch set state = 'TRIED' where transaction_id = 54"],
    findings: [notFitting('54')],
  },
  'the barrier of an open order is lost': {
    sql: ['delete from account.tcc_branch where transaction_id = 51'],
    findings: [notOfOrders],
  },
};

for (const [harm, { sql, findings }] of Object.entries(harms)) {
  test(`it is found when ${harm}`, async () => {
    const ids = await idsByName();
    const named = (text: string) => text.replace(/[A-Z]+(_UP)?\b/g, (name) => ids.get(name) ?? name);
    const found = await auditHarmed(sql.map((each) => each.replace(/(?<== )[A-Z_]+/g, named)));
    assert.deepEqual(
      found.map(({ unit, problem }) => `${unit} ${problem}`),
      findings.map(named),
    );
  });
}

test('the barriers of orders that ended may be deleted', async () => {
  const deleted = "delete from account.tcc_branch where state <> 'TRIED'";
  assert.deepEqual(await auditHarmed([deleted]), []);
});

test('findings are told, the first of them at most', async () => {
  const many = `insert into account.wallet_balance (user_id, currency, available_cents, held_cents)
    select ${userId}, 'A' || chr(65 + n / 26) || chr(65 + n % 26), 1, 0 from generate_series(0, 199) as n`;
  const findings = await auditHarmed([many]);
  assert.equal(findings.length, MAX_FINDINGS);
  assert.equal(findings[0]?.unit, `wallet ${userId} AAA`);
});

test('an audit that nobody waits for any more stops', async () => {
  await assert.rejects(
    allFindings(auditWallets(bed.deps, AbortSignal.abort(new Error('Enough.')))),
    /Enough/,
  );
});

/** The user's id, and those of the transfers by their kinds: of HELD and RELEASED the last. */
async function idsByName(): Promise<ReadonlyMap<string, string>> {
  const transfers = await bed.deps.database.query<{ id: string; kind: string }>(
    'select id, kind from account.ledger_transfer where user_id = ? order by id',
    [userId],
  );
  return new Map([['USER', userId], ...transfers.map(({ id, kind }) => [kind, id] as const)]);
}

/** What the audit finds in tables that are as before afterwards. */
async function auditHarmed(sql: readonly string[]) {
  const undone = new Error('Undone.');
  let findings: readonly Finding[] = [];
  const harming = bed.deps.database.transaction(async (em) => {
    for (const statement of sql) await em.execute(statement);
    const transaction: Database['transaction'] = (work) => work(em);
    findings = await allFindings(auditWallets({ database: { transaction } }));
    throw undone;
  });
  await assert.rejects(harming, undone);
  return findings;
}

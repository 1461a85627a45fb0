import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type AuditTestBed, createAuditTestBed } from './audit/audit-test-bed.ts';
import { openAuditedDatabases } from './audit/open-databases.ts';

const entry = fileURLToPath(new URL('./audit.ts', import.meta.url));

let dataDir: string;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tiffin-audit-'));
});
after(() => rm(dataDir, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function audit(args: readonly string[], env: Record<string, string> = { DATA_DIR: dataDir }): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

for (const [what, args, env, sentence] of [
  ['an unknown option', ['--all'], {}, /^Unknown option '--all'/],
  ['two things at once', ['--order', '1', '--goods', '2'], {}, /^Either --order or --goods\. Usage:/],
  ['an id that is none', ['--order', 'x'], {}, /^--order x is no id\. Usage:/],
  [
    'an id that is too large',
    ['--goods', '9223372036854775808'],
    {},
    /^--goods 9223372036854775808 is no id/,
  ],
  [
    'a place without a database',
    [],
    { DATA_DIR: join(tmpdir(), 'tiffin-audit-nowhere') },
    /^Neither ACCOUNT_DATABASE_URL nor DATABASE_URL is set, and \S+nowhere holds no embedded database: /,
  ],
  [
    'a server that is away',
    [],
    { DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/tiffin' },
    /^PostgreSQL of DATABASE_URL cannot be used: nothing listens at 127\.0\.0\.1:1/,
  ],
] as const) {
  test(`audit refuses ${what} with a sentence`, async () => {
    const { code, stderr } = await audit(args, env);
    assert.equal(code, 2);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n\s+at |hush/);
  });
}

test('the embedded databases are audited once nobody has them open, and nothing is written', async () => {
  const bed: AuditTestBed = await createAuditTestBed({ dataDir });
  const refused = await audit([]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^The embedded database in \S+ belongs to the process that has it open: stop the platform, and audit then\.\n$/,
  );
  // The script goes by the time of now.
  await bed.databases.order.query('delete from "order".tcc_transaction where id = 1');
  await bed.stop();

  const found = await audit([]);
  assert.deepEqual([found.code, found.stderr], [1, '']);
  assert.match(found.stdout, /^ok {12}stock: /);
  assert.match(found.stdout, /^ {4}order 1 holds its stock, and its transaction is missing$/m);
  assert.doesNotMatch(found.stdout, /secret|example|failed/i);

  const told = await audit(['--order', '2']);
  assert.deepEqual([told.code, told.stderr], [0, '']);
  assert.match(told.stdout, /^order 2\n {2}COMPLETED in version 6/);

  const { databases, close } = await openAuditedDatabases({ dataDir, databaseUrlOf: () => undefined });
  for (const { query, schema } of Object.values(databases)) {
    await assert.rejects(query(`create table "${schema}".new (id integer)`), /read-only transaction/);
  }
  const write = databases.goods.transaction((em) => em.execute('delete from goods.goods'));
  await assert.rejects(write, /read-only transaction/);
  await close();
});

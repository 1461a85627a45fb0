import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type AuditTestBed, createAuditTestBed } from './audit-test-bed.ts';
import { auditedServices } from './audited.ts';
import { checks } from './checks.ts';
import { openAuditedDatabases } from './open-databases.ts';
import { runAudit } from './run-audit.ts';
import { tellUnit } from './tell-unit.ts';

let empty: RealPostgres;
let postgres: RealPostgres;
let bed: AuditTestBed;
before(async () => {
  empty = await createRealPostgres();
  postgres = await createRealPostgres();
  bed = await createAuditTestBed(postgres);
});
after(async () => {
  await bed.stop();
  await postgres.drop();
  await empty.drop();
});

const open = ({ url }: RealPostgres) =>
  openAuditedDatabases({
    dataDir: 'nowhere',
    databaseUrlOf: () => ({ url, variable: 'DATABASE_URL' }),
  });

test('a server is audited beside the services, and no session of it can write', async () => {
  const { databases, close } = await open(postgres);
  const { lines, isSound } = await runAudit({ databases, clock: bed.clock });
  assert.ok(isSound, lines.join('\n'));
  for (const service of auditedServices) {
    const { query, transaction } = databases[service];
    const statement = `create table "${service}".new (id integer)`;
    // As many as there are connections, at once: each of them must have been told.
    const writes = Array.from({ length: 2 }, () => assert.rejects(query(statement), /read-only transaction/));
    await Promise.all(writes);
    await assert.rejects(
      transaction((em) => em.execute(statement)),
      /read-only transaction/,
    );
  }
  await bed.databases.order.query('update "order"."order" set wallet_cents = 300 where id = 1');
  const harmed = await runAudit({ databases, clock: bed.clock });
  assert.ok(
    harmed.lines.includes(
      '    order 1 has 300 held + 0 captured EUR cents, and the books say 200 held + 0 captured EUR cents',
    ),
  );
  assert.ok((await tellUnit({ databases, clock: bed.clock }, 'order', '2')).length > 20);
  assert.ok((await tellUnit({ databases, clock: bed.clock }, 'goods', '5')).length > 5);
  await close();
});

test('a server without tables says so, in each check that needs them', async () => {
  const { databases, close } = await open(empty);
  const { lines, isSound } = await runAudit({ databases, clock: bed.clock });
  assert.equal(isSound, false);
  const sentence = '    tables are missing: start the platform once, which makes them';
  // One without outboxes has no events that wait in them.
  assert.equal(lines.filter((line) => line === sentence).length, checks.length - 1);
  await assert.rejects(tellUnit({ databases, clock: bed.clock }, 'order', '2'), {
    name: 'AuditRefused',
    message: 'Not all services can be asked: tables are missing: start the platform once, which makes them.',
  });
  await close();
});

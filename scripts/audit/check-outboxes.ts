import { allFindings } from '@tiffin/lib/audit/all-findings';
import { auditOutbox } from '@tiffin/lib/audit/audit-outbox';
import type { Finding } from '@tiffin/lib/audit/finding';
import type { Audited, AuditedDatabase } from './audited.ts';

/** Events leave the outboxes of all services, and in time. */
export async function checkOutboxes({ databases, clock }: Audited): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.values(databases).map(async (database) =>
      (await hasOutbox(database)) ? allFindings(auditOutbox({ database, clock })) : [],
    ),
  );
  return findings.flat();
}

async function hasOutbox(database: AuditedDatabase): Promise<boolean> {
  const [row] = await database.query<{ outbox: string | null }>('select to_regclass(?)::text as outbox', [
    `"${database.schema}".outbox`,
  ]);
  return row?.outbox != null;
}

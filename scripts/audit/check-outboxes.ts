import type { Finding } from '@tiffin/lib/audit/finding';
import { readOutboxState } from '@tiffin/lib/events/outbox-rows';
import { type Audited, type AuditedDatabase, SETTLED_AFTER_MS } from './audited.ts';

/** Events leave the outboxes of all services, and in time. */
export async function checkOutboxes({ databases, clock }: Audited): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.values(databases).map((database) => findingsOf(database, clock.now())),
  );
  return findings.flat();
}

async function findingsOf(database: AuditedDatabase, nowMs: number): Promise<Finding[]> {
  const [row] = await database.query<{ outbox: string | null }>('select to_regclass(?)::text as outbox', [
    `"${database.schema}".outbox`,
  ]);
  if (row?.outbox == null) return [];
  const { dead, oldestPendingMs = nowMs } = await readOutboxState(database);
  const problems = [
    dead > 0 && `has ${dead} dead letters: npm run redrive -- --outbox ${database.schema} --list`,
    nowMs - oldestPendingMs > SETTLED_AFTER_MS &&
      `has an event that waits since ${new Date(oldestPendingMs).toISOString()}`,
  ];
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `outbox ${database.schema}`, problem }));
}

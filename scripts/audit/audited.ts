import type { Finding } from '@tiffin/lib/audit/finding';
import { MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';

/** The services whose books are looked at. */
export const auditedServices = [
  'account',
  'activity',
  'delivery',
  'goods',
  'order',
  'shop',
  'search',
] as const;
export type AuditedService = (typeof auditedServices)[number];

export type AuditedDatabase = Pick<Database, 'schema' | 'query' | 'transaction'>;

/** What an audit looks at. */
export interface Audited {
  readonly databases: Readonly<Record<AuditedService, AuditedDatabase>>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What several services say about the same thing, which none of them can compare alone. */
export type CrossCheck = (audited: Audited) => Promise<Finding[]>;

/**
 * Younger things are left alone: the services get to know of them one after the other. What is older they have settled,
 * except where one was away for that long, and then somebody should look.
 */
export const SETTLED_AFTER_MS = 60_000;
const rowsOfPage = 500;

export const settledBefore = ({ clock }: Pick<Audited, 'clock'>): string =>
  at(clock.now() - SETTLED_AFTER_MS);

/** A time as a parameter. */
export const at = (ms: number): string => new Date(ms).toISOString();

/**
 * The findings among all rows, page by page: as many statements for a hundred rows as for one. Ends at `MAX_FINDINGS`.
 * `readPage` reads those behind `after`, in an order of its own.
 */
export async function findByPages<Row>(
  readPage: (after: Row | undefined, limit: number) => Promise<Row[]>,
  findingsOf: (rows: Row[]) => Promise<Finding[]>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let after: Row | undefined;
  while (findings.length < MAX_FINDINGS) {
    const rows = await readPage(after, rowsOfPage);
    if (rows.length > 0) findings.push(...(await findingsOf(rows)));
    if (rows.length < rowsOfPage) break;
    after = rows.at(-1);
  }
  return findings.slice(0, MAX_FINDINGS);
}

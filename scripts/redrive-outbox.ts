import { MikroORM } from '@mikro-orm/postgresql';
import type { Clock } from '@tiffin/lib/clock/clock';
import { checkPostgresUrl, explainPostgresFailure } from '@tiffin/lib/engines/postgres-connection';
import { type DeadLetter, discardRows, listDeadRows, redriveRows } from '@tiffin/lib/events/dead-letter-rows';
import type { OutboxDatabase } from '@tiffin/lib/events/outbox-rows';
import { REDRIVE_WITHIN_MS } from '@tiffin/lib/events/retention';
import type { ProcessConfig } from '@tiffin/lib/topology/process-config';
import type { OutboxRedrive } from './redrive-arguments.ts';

export interface RedriveOutboxOptions {
  /** The services of the topology. */
  readonly services: readonly string[];
  readonly databaseUrlOf: ProcessConfig['databaseUrlOf'];
  readonly clock: Clock;
}

/** Says in one sentence why nothing was done. */
export class RedriveRefused extends Error {
  override readonly name = 'RedriveRefused';
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Has dead letters of a service's outbox sent again by whichever relay comes first, lists them, or deletes them.
 * Resolves to what to tell the person. Unlike a service it creates nothing in the database.
 * @throws RedriveRefused, PostgresUnavailable
 */
export async function redriveOutbox(
  { service, action, ...letters }: OutboxRedrive,
  { services, databaseUrlOf, clock }: RedriveOutboxOptions,
): Promise<string> {
  if (!services.includes(service)) {
    throw new RedriveRefused(`There is no service "${service}". Those there are: ${services.join(', ')}.`);
  }
  const server = databaseUrlOf(service);
  if (!server) {
    throw new RedriveRefused(
      `Neither ${service.toUpperCase()}_DATABASE_URL nor DATABASE_URL is set: an embedded database belongs to the ` +
        'process that runs, so this command needs the URL of a PostgreSQL server.',
    );
  }
  return onServer(server, service, async (database) => {
    if (action === 'list') return describeList(service, await listDeadRows(database, letters));
    if (action === 'discard')
      return `${await discardRows(database, letters)} dead letters of ${service} are deleted.`;
    const count = await redriveRows(database, letters, { nowMs: clock.now(), withinMs: REDRIVE_WITHIN_MS });
    return `${count} dead letters of ${service} are sent again. Those whose event is more than 30 days old are not: consumers may have forgotten that they had it.`;
  });
}

async function onServer<Result>(
  { url, variable }: { url: string; variable: string },
  schema: string,
  work: (database: OutboxDatabase) => Promise<Result>,
): Promise<Result> {
  checkPostgresUrl(url, variable);
  const orm = await MikroORM.init({
    // Only a name here: the URL chooses the database.
    dbName: decodeURIComponent(new URL(url).pathname.slice(1)),
    driverOptions: {
      connectionString: url,
      application_name: 'tiffin-redrive',
      max: 1,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
    },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    colors: false,
    logger: () => {},
  });
  try {
    return await work({
      schema,
      query: (sql, parameters = []) => orm.em.getConnection().execute(sql, [...parameters]),
    });
  } catch (error) {
    const sentence = refusalOf((error as { code?: unknown }).code, schema);
    if (sentence) throw new RedriveRefused(`The PostgreSQL of ${variable} ${sentence}.`, { cause: error });
    throw explainPostgresFailure(error, url, variable);
  } finally {
    await orm.close();
  }
}

/** By SQLSTATE: what only a command can meet that does not migrate. */
function refusalOf(code: unknown, schema: string): string | undefined {
  if (code === '42P01') return `holds no outbox of ${schema}`;
  if (code === '42501') return `does not let its user change the outbox of ${schema}`;
  return undefined;
}

function describeList(service: string, letters: readonly DeadLetter[]): string {
  const lines = letters.map(({ deadAt, topic, eventId, reason }) =>
    [deadAt.toISOString(), topic, eventId, oneLine(reason)].join('  '),
  );
  return [`${letters.length} dead letters of ${service}, oldest first:`, ...lines].join('\n');
}

/** A reason may quote anything: it must neither break the list nor speak to the terminal. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

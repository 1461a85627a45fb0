/** Says why PostgreSQL cannot be used, and what to do. Holds no password and no user name. */
export class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
}

/** Throws `PostgresUnavailable` unless `url` is a PostgreSQL URL with a host. `variable` is where it came from. */
export function checkPostgresUrl(url: string, variable: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol) && parsed.hostname) return;
  throw new PostgresUnavailable(
    `${variable} is not a PostgreSQL URL. Set it to postgres://user:password@host:5432/database, or unset it to use ` +
      'the embedded database.',
  );
}

const REASONS: Record<string, (address: string, database: string) => string> = {
  ECONNREFUSED: (address) => `nothing listens at ${address}; start PostgreSQL or correct the address`,
  ENOTFOUND: (address) => `the host of ${address} is unknown; correct it`,
  EAI_AGAIN: (address) => `the host of ${address} could not be looked up; check the name server`,
  '28P01': (address) => `${address} refused the password; correct it`,
  '28000': (address) => `${address} refused the user; correct it, or allow it in pg_hba.conf`,
  '3D000': (address, database) => `${address} has no database "${database}"; create it`,
  '42501': (address, database) =>
    `the user may not create a schema in "${database}" at ${address}; grant CREATE`,
  '53300': (address) => `${address} has no free connections; raise max_connections or lower the pool size`,
};

/** Turns what the first use of a server threw into one sentence that names the variable and the host. */
export function explainPostgresFailure(error: unknown, url: string, variable: string): PostgresUnavailable {
  const { hostname, port, pathname } = new URL(url);
  const address = `${hostname}:${port || 5432}`;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const reason = REASONS[code]?.(address, decodeURIComponent(pathname.slice(1)));
  return new PostgresUnavailable(
    `PostgreSQL of ${variable} cannot be used: ${reason ?? `${address} did not answer as expected (${code || 'no answer in time'})`}.`,
    { cause: error },
  );
}

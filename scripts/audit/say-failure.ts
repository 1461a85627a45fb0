/** By SQLSTATE: what somebody meets who reads what others migrate. */
const reasons: Readonly<Record<string, string>> = {
  '3F000': 'tables are missing: start the platform once, which makes them',
  '42P01': 'tables are missing: start the platform once, which makes them',
  '42703': 'tables are of another version: start the platform once, which migrates them',
  '42501': 'the user of the database may not read tables',
  '57014': 'a statement took too long',
};

/** What is wrong with the tables, by the code of an error; undefined for any other. */
export const sayTableFailure = (error: unknown): string | undefined =>
  reasons[String((error as { code?: unknown }).code)];

/** Why a check could not look, in one line. */
export function sayFailure(error: unknown): string {
  const { message } = error as { message?: string };
  // A message may quote anything: it must neither break the line nor speak to the terminal.
  const plain = String(message ?? error).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return sayTableFailure(error) ?? plain.slice(0, 200);
}

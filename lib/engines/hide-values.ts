/** Where the drivers leave column values and whole statements in their errors. */
const telltaleFields = ['detail', 'where', 'query', 'params', 'queryOptions', 'internalQuery'];

/** Where they leave the names of what is at fault, which are ours and help. */
const nameFields = ['schema', 'table', 'column', 'dataType', 'constraint'];

/** SQLSTATE classes 22, data exception, and 23, integrity constraint violation. */
const aboutValues = /^2[23]...$/;

/**
 * From the first quotation mark to the last, because PostgreSQL does not escape one inside of the value. Servers quote
 * in the way of their language.
 */
const quoted = /["„“”«»‹›「」].*["„“”«»‹›「」]/s;

/** Removes from a driver's error, in place, whatever it says of the values at fault. */
export function hideValues(error: unknown): void {
  if (!(error instanceof Error)) return;
  for (const field of telltaleFields) Reflect.deleteProperty(error, field);
  if (!aboutValues.test(String(Reflect.get(error, 'code')))) return;
  const { message } = error;
  const clean = withoutValues(
    message,
    nameFields.map((field) => Reflect.get(error, field)),
  );
  if (clean === message) return;
  error.message = clean;
  // A stack that somebody has looked at already begins with the message as it was.
  if (error.stack !== undefined) error.stack = error.stack.replace(message, () => clean);
}

function withoutValues(message: string, names: readonly unknown[]): string {
  const rest = names.reduce<string>((text, name) => text.replaceAll(`"${name}"`, ''), message);
  return quoted.test(rest) ? message.replace(quoted, '"…"') : message;
}

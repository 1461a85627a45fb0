const MAX_STRING_CHARS = 2_000;
const MAX_STACK_CHARS = 8_000;
const MAX_DEPTH = 6;
const MAX_ENTRIES = 50;
const HIDDEN = '[redacted]';

/** Compared with the key's end, in lower case without `_` and `-`: `newPassword` and `x-api-key` match too. */
const SENSITIVE_ENDINGS = [
  'password',
  'passwordhash',
  'passphrase',
  'token',
  'secret',
  'authorization',
  'cookie',
  'apikey',
  'privatekey',
  'cardnumber',
  'databaseurl',
  'redisurl',
  'email',
  'phone',
  'phonenumber',
];

/** Compared with the whole key: as endings they would hide too much. */
const SENSITIVE_KEYS = new Set([
  ...['address', 'addressline', 'addressline1', 'addressline2', 'addresslines', 'line1', 'line2', 'street'],
  ...['postalcode', 'recipient', 'fullname', 'tokens', 'jwt', 'credentials', 'otp'],
]);

/**
 * A copy of `value` that may be logged: secrets and personal data hidden by key name at any depth, strings cleaned
 * and shortened, errors reduced to name, code, message, stack and cause. Depth, entries and lengths are bounded.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return redactList(value, depth);
  if (value instanceof Set) return redactList([...value], depth);
  return redactEntries(value instanceof Map ? [...value] : Object.entries(value), depth);
}

function redactList(list: readonly unknown[], depth: number): unknown[] {
  const items = list.slice(0, MAX_ENTRIES).map((item) => redact(item, depth + 1));
  return list.length > MAX_ENTRIES ? [...items, `[${list.length - MAX_ENTRIES} more]`] : items;
}

function redactEntries(entries: readonly [unknown, unknown][], depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of entries.slice(0, MAX_ENTRIES)) {
    const name = String(key);
    copy[name] =
      isSensitiveKey(name) && value !== undefined && value !== null ? HIDDEN : redact(value, depth + 1);
  }
  if (entries.length > MAX_ENTRIES) copy['…'] = `[${entries.length - MAX_ENTRIES} more]`;
  return copy;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as Error & { code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack, MAX_STACK_CHARS) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

export function isSensitiveKey(key: string): boolean {
  const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SENSITIVE_KEYS.has(name) || SENSITIVE_ENDINGS.some((ending) => name.endsWith(ending));
}

/** Hides what is recognisable inside free text: URL credentials, bearer tokens, JWTs and e-mail addresses. */
export function redactText(text: string, maxChars = MAX_STRING_CHARS): string {
  // Cleaned before it is cut: half a secret at the cut would no longer be recognised.
  const clean = text
    .slice(0, maxChars * 2)
    .replace(/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@]{1,300}@/gi, `$1${HIDDEN}@`)
    .replace(/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${HIDDEN}`)
    .replace(/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, HIDDEN)
    .replace(/[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){0,4}\.[a-z]{2,24}\b/gi, HIDDEN);
  return clean.length > maxChars ? `${clean.slice(0, maxChars)}… [${text.length} characters]` : clean;
}

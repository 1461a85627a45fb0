import { readFileSync, statSync } from 'node:fs';
import { redactText } from '../telemetry/redact.ts';
import type { Variable } from './variable.ts';

/** Variables by name, as in `{ PORT: port({ default: 4000, description: 'Where the gateway listens.' }) }`. */
export type ConfigSchema = Readonly<Record<string, Variable<unknown>>>;

export type Config<Schema extends ConfigSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends Variable<infer Value> ? Value : never;
};

export type Env = Readonly<Record<string, string | undefined>>;

/** Names every variable that is wrong, one a line; never shows a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'one error' : `${problems.length} errors`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const MAX_SHOWN_CHARS = 80;
const MAX_SECRET_FILE_BYTES = 64 * 1024;

/**
 * Reads the variables of `schema` out of `env`. Variables it does not know are none of its business; an empty one
 * counts as unset. Throws one ConfigError that lists everything that is wrong.
 */
export function loadConfig<Schema extends ConfigSchema>(
  schema: Schema,
  env: Env,
  readFile: (path: string) => string = readSecretFile,
): Config<Schema> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(schema)) {
    try {
      values[name] = readVariable(name, variable, env, readFile);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config<Schema>;
}

/** The sentence on one bad variable. */
class Problem extends Error {}

function readVariable(
  name: string,
  variable: Variable<unknown>,
  env: Env,
  readFile: (path: string) => string,
): unknown {
  const { fallback, parser, expected, description } = variable;
  const text = readText(name, variable, env, readFile);
  if (text !== undefined) {
    const parsed = parser.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new Problem(`${name} is ${show(text, variable)}: it must be ${expected}. ${description}`);
  }
  if (fallback.kind === 'default') return fallback.value;
  if (fallback.kind === 'optional') return undefined;
  const orFile = variable.secret ? `, or ${name}_FILE to the file that holds it` : '';
  throw new Problem(`${name} is missing: set it to ${expected}${orFile}. ${description}`);
}

function readText(
  name: string,
  { secret }: Variable<unknown>,
  env: Env,
  readFile: (path: string) => string,
): string | undefined {
  const text = env[name] || undefined;
  const path = secret ? env[`${name}_FILE`] || undefined : undefined;
  if (path === undefined) return text;
  if (text !== undefined) throw new Problem(`${name} and ${name}_FILE are both set: keep one of them.`);
  try {
    // Editors and `echo` end a file with a line break that is not part of the secret.
    return readFile(path).replace(/\r?\n$/, '');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new Problem(`${name}_FILE names a file that cannot be read (${why}): ${path}.`);
  }
}

function readSecretFile(path: string): string {
  if (statSync(path).size > MAX_SECRET_FILE_BYTES)
    throw new Error(`larger than ${MAX_SECRET_FILE_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

/** An `@` may follow credentials, which a text that is no proper URL hides from every pattern. */
function show(text: string, { secret }: Variable<unknown>): string {
  return secret || text.includes('@')
    ? 'set to something unfit (not shown)'
    : `"${redactText(text, MAX_SHOWN_CHARS)}"`;
}

/** One row of the configuration reference. */
export interface ConfigRow {
  readonly name: string;
  readonly description: string;
  readonly expected: string;
  /** 'required', 'optional', or the default as text. */
  readonly fallback: string;
  readonly secret: boolean;
}

/** What the documentation lists, in the schema's order. */
export function describeConfig(schema: ConfigSchema): ConfigRow[] {
  return Object.entries(schema).map(([name, { description, expected, fallback, secret }]) => ({
    name,
    description,
    expected,
    fallback: describeFallback(fallback, secret),
    secret,
  }));
}

function describeFallback(fallback: Variable<unknown>['fallback'], secret: boolean): string {
  if (fallback.kind !== 'default') return fallback.kind;
  return secret ? 'a default (not shown)' : String(fallback.value);
}

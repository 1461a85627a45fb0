import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, describeConfig, loadConfig } from './config.ts';
import { boolean, choice, durationMs, integer, list, port, ratio, secret, text, url } from './variable.ts';

const schema = {
  PORT: port({ default: 4000, description: 'Where the gateway listens.' }),
  SHOP_URL: url({ optional: true, protocols: ['http', 'https'], description: 'Where the shop is.' }),
  TIMEOUT_MS: durationMs({ default: 2_000, min: 1, max: 60_000, description: 'How long to wait.' }),
  DEMO: boolean({ default: true, description: 'Whether demo data is seeded.' }),
  TOKEN_SECRET: secret({ required: true, minChars: 8, description: 'Signs tokens.' }),
  BROKERS: list({ default: [], maxItems: 3, description: 'Brokers.' }),
  LOG_FORMAT: choice({ of: ['json', 'text'], default: 'json', description: 'Form of log lines.' }),
  WORKERS: integer({ default: 1, min: 1, max: 64, description: 'Workers.' }),
  NAME: text({ default: 'tiffin', description: 'Name.' }),
};

const noFiles = (path: string): string => assert.fail(`${path} must not be read`);
const problemsOf = (env: Record<string, string>, readFile = noFiles): readonly string[] => {
  try {
    loadConfig(schema, env, readFile);
  } catch (error) {
    assert(error instanceof ConfigError);
    return error.problems;
  }
  return [];
};

test('defaults hold where nothing, or an empty text, is set', () => {
  const config = loadConfig(schema, { TOKEN_SECRET: 'long enough', PORT: '', UNKNOWN: 'ignored' }, noFiles);
  const name: 'json' | 'text' = config.LOG_FORMAT;
  const shop: string | undefined = config.SHOP_URL;
  assert.deepEqual(
    [config.PORT, shop, config.TIMEOUT_MS, config.DEMO, name],
    [4000, undefined, 2_000, true, 'json'],
  );
});

test('texts become values', () => {
  const env = {
    PORT: '0',
    SHOP_URL: 'http://host:4001/graphql',
    TIMEOUT_MS: '30s',
    DEMO: 'off',
    WORKERS: '8',
  };
  const config = loadConfig(schema, {
    ...env,
    BROKERS: ' a:1, b:2 ,',
    LOG_FORMAT: 'text',
    TOKEN_SECRET: 'long enough',
  });
  assert.deepEqual(
    [config.PORT, config.SHOP_URL, config.TIMEOUT_MS],
    [0, 'http://host:4001/graphql', 30_000],
  );
  assert.deepEqual(
    [config.DEMO, config.WORKERS, config.BROKERS, config.LOG_FORMAT],
    [false, 8, ['a:1', 'b:2'], 'text'],
  );
});

test('durations take units', () => {
  const read = (TIMEOUT_MS: string) =>
    loadConfig({ TIMEOUT_MS: durationMs({ required: true, description: '' }) }, { TIMEOUT_MS });
  for (const [written, ms] of [
    ['250', 250],
    ['250ms', 250],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ] as const) {
    assert.equal(read(written).TIMEOUT_MS, ms);
  }
});

test('a ratio is a number from 0 to 1', () => {
  const read = (RATIO: string) =>
    loadConfig({ RATIO: ratio({ required: true, description: '' }) }, { RATIO }).RATIO;
  assert.deepEqual(['0', '0.01', '1', '1.0'].map(read), [0, 0.01, 1, 1]);
  for (const text of ['1.1', '-0.1', '1e-3', '.5', '50%', 'all', '2']) {
    assert.throws(() => read(text), /RATIO is .* must be a number from 0 to 1/);
  }
});

test('one error lists every bad variable with what is wrong and what would be right', () => {
  const env = {
    PORT: '70000',
    SHOP_URL: 'shop:4001',
    TIMEOUT_MS: '2 minutes',
    DEMO: 'perhaps',
    LOG_FORMAT: 'xml',
    WORKERS: '1.5',
  };
  assert.deepEqual(problemsOf({ ...env, BROKERS: 'a,b,c,d' }), [
    'PORT is "70000": it must be a whole number from 0 to 65535. Where the gateway listens.',
    'SHOP_URL is "shop:4001": it must be a URL that begins with http:// or https://. Where the shop is.',
    'TIMEOUT_MS is "2 minutes": it must be a duration from 1 ms to 60000 ms, like 250ms, 30s, 5m or 2h. How long to wait.',
    'DEMO is "perhaps": it must be true or false. Whether demo data is seeded.',
    'TOKEN_SECRET is missing: set it to a text of at least 8 characters, or TOKEN_SECRET_FILE to the file that holds it. Signs tokens.',
    'BROKERS is "a,b,c,d": it must be 1 to 3 texts, divided by commas. Brokers.',
    'LOG_FORMAT is "xml": it must be one of json, text. Form of log lines.',
    'WORKERS is "1.5": it must be a whole number from 1 to 64. Workers.',
  ]);
});

test('no secret is ever shown: not a short one, not credentials in a broken URL', () => {
  const problems = problemsOf({ TOKEN_SECRET: 'hunter2', SHOP_URL: 'http:/joe:hunter2@shop' }).join('\n');
  assert.match(problems, /TOKEN_SECRET is set to something unfit \(not shown\)/);
  assert.match(problems, /SHOP_URL is set to something unfit/);
  assert.doesNotMatch(problems, /hunter2/);
});

test('a secret may come from a file, without its last line break', () => {
  const files: Record<string, string> = { '/run/secrets/token': 'from the file\n' };
  const readFile = (path: string) =>
    files[path] ?? assert.fail(Object.assign(new Error('no'), { code: 'ENOENT' }));
  assert.equal(
    loadConfig(schema, { TOKEN_SECRET_FILE: '/run/secrets/token' }, readFile).TOKEN_SECRET,
    'from the file',
  );
  assert.deepEqual(problemsOf({ TOKEN_SECRET_FILE: '/nowhere' }, readFile), [
    'TOKEN_SECRET_FILE names a file that cannot be read (ENOENT): /nowhere.',
  ]);
  assert.deepEqual(
    problemsOf({ TOKEN_SECRET: 'long enough', TOKEN_SECRET_FILE: '/run/secrets/token' }, readFile),
    ['TOKEN_SECRET and TOKEN_SECRET_FILE are both set: keep one of them.'],
  );
});

test('only secrets read files', () => {
  assert.equal(
    loadConfig(schema, { TOKEN_SECRET: 'long enough', PORT_FILE: '/etc/passwd' }, noFiles).PORT,
    4000,
  );
});

test('the reference tells name, meaning, form and default, but no secret default', () => {
  const rows = describeConfig({ ...schema, PEPPER: secret({ default: 'hunter2', description: 'Pepper.' }) });
  assert.deepEqual(rows[0], {
    name: 'PORT',
    description: 'Where the gateway listens.',
    expected: 'a whole number from 0 to 65535',
    fallback: '4000',
    secret: false,
  });
  assert.deepEqual(
    rows
      .slice(1)
      .map((row) => row.fallback)
      .slice(0, 4),
    ['optional', '2000', 'true', 'required'],
  );
  assert.doesNotMatch(JSON.stringify(rows), /hunter2/);
});

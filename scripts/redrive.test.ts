import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./redrive.ts', import.meta.url));

for (const [what, args, env, sentence] of [
  ['no consumer', ['--topic', 'shop.changed.v1'], {}, /^Which consumer and which topic, or which --outbox\?/],
  ['an unknown option', ['--all'], {}, /^Unknown option '--all'/],
  [
    'a limit that is no number',
    ['--consumer', 'c', '--topic', 't.v1', '--limit', 'x'],
    {},
    /--limit x is no whole/,
  ],
  ['no broker', ['--consumer', 'c', '--topic', 't.v1'], {}, /^KAFKA_BROKERS is not set/],
  [
    'an embedded outbox',
    ['--outbox', 'order'],
    {},
    /^Neither ORDER_DATABASE_URL nor DATABASE_URL is set: an embedded database belongs to the process that runs/,
  ],
  [
    'an unknown service',
    ['--outbox', 'baker'],
    {},
    /^There is no service "baker". Those there are: account, activity, delivery, /,
  ],
  [
    'a server that is away',
    ['--outbox', 'order', '--list'],
    { ORDER_DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/tiffin' },
    /^PostgreSQL of ORDER_DATABASE_URL cannot be used: nothing listens at 127\.0\.0\.1:1/,
  ],
] as const) {
  test(`redrive refuses ${what} with a sentence`, () => {
    const { status, stderr } = spawnSync(process.execPath, [entry, ...args], { env, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n\s+at |hush/);
  });
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./redrive.ts', import.meta.url));

for (const [what, args, env, sentence] of [
  ['no consumer', ['--topic', 'shop.changed.v1'], {}, /^Which consumer and which topic\?/],
  ['an unknown option', ['--all'], {}, /^Unknown option '--all'/],
  [
    'a limit that is no number',
    ['--consumer', 'c', '--topic', 't.v1', '--limit', 'x'],
    {},
    /--limit x is no whole/,
  ],
  ['no broker', ['--consumer', 'c', '--topic', 't.v1'], {}, /^KAFKA_BROKERS is not set/],
] as const) {
  test(`redrive refuses ${what} with a sentence`, () => {
    const { status, stderr } = spawnSync(process.execPath, [entry, ...args], { env, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

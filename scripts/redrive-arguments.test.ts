import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadArguments, readRedriveArguments } from './redrive-arguments.ts';

const read = (line: string) => readRedriveArguments(line.split(' ').filter((word) => word !== ''));

test('a consumer and a topic mean its dead letters on Kafka', () => {
  assert.deepEqual(read('--consumer search.index --topic shop.changed.v1'), {
    from: 'kafka',
    consumer: 'search.index',
    topic: 'shop.changed.v1',
    limit: 100,
  });
});

test('an outbox means its dead letters, of all topics unless told otherwise', () => {
  const order = { from: 'outbox', service: 'order', topic: undefined, eventIds: undefined, limit: 100 };
  assert.deepEqual(read('--outbox order'), { ...order, action: 'redrive' });
  assert.deepEqual(read('--outbox order --list --limit 5'), { ...order, action: 'list', limit: 5 });
  const some = { topic: 'order.paid.v1', eventIds: ['a', 'b'] };
  assert.deepEqual(read('--outbox order --discard --topic order.paid.v1 --event a --event b'), {
    ...order,
    ...some,
    action: 'discard',
  });
});

for (const [what, line, sentence] of [
  ['nothing', '', /^Which consumer and which topic, or which --outbox\?/],
  ['a consumer alone', '--consumer c', /^Which consumer and which topic/],
  ['both', '--outbox order --consumer c', /^An outbox has no consumers/],
  [
    'what only an outbox can do',
    '--consumer c --topic t.v1 --list',
    /^--list, --discard and --event go with/,
  ],
  ['two actions', '--outbox order --list --discard', /^Either --list or --discard/],
  ['to discard everything', '--outbox order --discard', /^What is discarded is gone for ever: say which/],
  ['a limit of 0', '--outbox order --limit 0', /^--limit 0 is no whole number from 1 to 999999/],
  ['an unknown option', '--all', /^Unknown option '--all'/],
] as const) {
  test(`${what} is refused with a sentence and the usage`, () => {
    assert.throws(
      () => read(line),
      (error) =>
        error instanceof BadArguments &&
        sentence.test(error.message) &&
        /npm run redrive/.test(error.message),
    );
  });
}

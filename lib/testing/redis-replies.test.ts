import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RedisReplies } from './redis-replies.ts';

const replies = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':7\r\n',
  '$-1\r\n',
  '$0\r\n\r\n',
  '$5\r\na\r\nbc\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n+y\r\n',
];

test('replies are cut where they end, wherever the bytes are divided', () => {
  const bytes = Buffer.from(replies.join(''));
  for (let size = 1; size <= bytes.length; size++) {
    const cutter = new RedisReplies();
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      found.push(...cutter.take(bytes.subarray(at, at + size)).map(String));
    assert.deepEqual(found, replies, `${size} bytes at once`);
  }
});

test('messages of subscribers are told from answers', () => {
  const cutter = new RedisReplies();
  const [message, answer] = cutter.take(
    Buffer.from('*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$4\r\nsome\r\n'),
  );
  assert.equal(message && cutter.isPush(message), true);
  assert.equal(answer && cutter.isPush(answer), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitUrls } from './split-urls.ts';
import { url } from './variable.ts';

test('a comma divides URLs where a scheme follows', () => {
  assert.deepEqual(splitUrls('redis://a:1'), ['redis://a:1']);
  assert.deepEqual(splitUrls('redis://:x,y@a:1,redis://b:2 , rediss://c'), [
    'redis://:x,y@a:1',
    'redis://b:2',
    'rediss://c',
  ]);
});

test('a variable takes several URLs only where it says so, all of them good', () => {
  const spec = { optional: true, description: '', protocols: ['redis'] } as const;
  const isTaken = (text: string, several: boolean) =>
    url({ ...spec, several }).parser.safeParse(text).success;
  assert.ok(isTaken('redis://a:1,redis://b:2', true));
  assert.ok(isTaken('redis://a:1', true));
  assert.ok(!isTaken('redis://a:1,redis://b:2', false));
  for (const bad of ['redis://a:1,http://b:2', 'redis://a:1,b:2', 'redis://a:1,redis://', ',redis://a:1'])
    assert.ok(!isTaken(bad, true), bad);
  assert.ok(!isTaken(Array(101).fill('redis://a').join(), true));
});

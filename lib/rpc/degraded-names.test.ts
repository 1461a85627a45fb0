import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DegradedNames, tellDegraded } from './degraded-names.ts';

test('nothing was degraded until somebody says so; then each name stands there once, sorted', () => {
  const degraded = new DegradedNames();
  assert.equal(degraded.list(), undefined);
  for (const name of ['shop', 'goods', 'shop']) degraded.add(name);
  assert.deepEqual(degraded.list(), ['goods', 'shop']);
});

test('20 names are kept, and nothing that is no name', () => {
  const degraded = new DegradedNames();
  const noNames = ['', 'x'.repeat(41), 'goods 7', 'goods:7', 'żółć', '7', 'a,b', '__proto__', null, {}, 7];
  for (const what of noNames) degraded.add(what as string);
  assert.equal(degraded.list(), undefined);
  for (let index = 0; index < 1_000; index++) degraded.add(`kind-${index}`);
  assert.equal(degraded.list()?.length, 20);
});

test('of what another process sends only names are told, and not too many', () => {
  const told: string[] = [];
  const tell = (sent: unknown) => tellDegraded(sent, (what) => told.push(what));
  for (const sent of [undefined, null, 'goods', { 0: 'goods', length: 1 }, [null, 7, ['goods'], 'SELECT 1']])
    tell(sent);
  assert.deepEqual(told, []);
  tell(['goods', 'shop']);
  assert.deepEqual(told, ['goods', 'shop']);
  tell(Array.from({ length: 1_000 }, (_, index) => `kind-${index}`));
  assert.equal(told.length, 22);
});

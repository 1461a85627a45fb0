import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshnessFrom, freshnessToSend } from './freshness-header.ts';

test('a header that is not known says nothing', () => {
  for (const known of ['latest', 'cached', 'any']) assert.equal(freshnessFrom(known), known);
  for (const other of [undefined, '', 'LATEST', 'any, any', ['any'], Buffer.from('any'), 'toString']) {
    assert.equal(freshnessFrom(other), undefined);
  }
});

test('the default is not sent, nor is `any` of whoever cannot be told', () => {
  const onDegraded = () => {};
  assert.equal(freshnessToSend({}), undefined);
  assert.equal(freshnessToSend({ freshness: 'cached', onDegraded }), undefined);
  assert.equal(freshnessToSend({ freshness: 'latest' }), 'latest');
  assert.equal(freshnessToSend({ freshness: 'any', onDegraded }), 'any');
  assert.equal(freshnessToSend({ freshness: 'any' }), undefined);
});

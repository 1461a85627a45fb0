import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationScope } from './operation-scope.ts';

test('each owner keeps one value in a scope, made on first use', () => {
  const scope = new OperationScope();
  const [owner, other] = [{}, {}];
  let made = 0;
  const make = () => ++made;
  assert.deepEqual([scope.get(owner, make), scope.get(owner, make), scope.get(other, make)], [1, 1, 2]);
  assert.equal(new OperationScope().get(owner, make), 3);
});

test('undefined is a value like any other', () => {
  const scope = new OperationScope();
  const owner = {};
  scope.get(owner, () => undefined);
  assert.equal(
    scope.get(owner, () => 'made twice'),
    undefined,
  );
});

test('a scope that was cleared makes its values again', () => {
  const scope = new OperationScope();
  const owner = {};
  let made = 0;
  scope.get(owner, () => ++made);
  scope.clear();
  assert.equal(
    scope.get(owner, () => ++made),
    2,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findByIds } from './find-by-ids.ts';

test('answers in the order of the ids, with empty slots, and asks for each possible id once', async () => {
  const asked: (readonly string[])[] = [];
  const find = async (ids: readonly string[]) => {
    asked.push(ids);
    return [{ id: '1' }, { id: '2' }];
  };
  const answers = await findByIds(['2', '9', 'no-id', '1', '', '2', '-1'], find);
  assert.deepEqual(
    answers.map((item) => item?.id),
    ['2', undefined, undefined, '1', undefined, '2', undefined],
  );
  assert.deepEqual(asked, [['2', '9', '1']]);
});

test('asks for nothing where no id is possible', async () => {
  const find = () => assert.fail('nothing to find');
  assert.deepEqual(await findByIds([], find), []);
  assert.deepEqual(await findByIds(['x', '0'], find), [undefined, undefined]);
});

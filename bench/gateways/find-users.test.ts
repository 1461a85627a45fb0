import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Posting } from './ask.ts';
import { findUsers } from './find-users.ts';

const arena = { authorization: async (userNo: number) => `user ${userNo}` };

/** Every third user has 12 orders, all of one thing; others have 11. */
async function send(_url: string, { authorization }: Posting): Promise<string> {
  const userNo = Number(authorization.split(' ')[1]);
  const item = { node: { goods: { id: `goods ${userNo}` } } };
  const orders = Array.from({ length: userNo % 3 === 1 ? 12 : 11 }, () => ({
    node: { items: { edges: [item] } },
  }));
  return JSON.stringify({ data: { me: { orders: { edges: orders } } } });
}

test('users with enough orders ask, the demo customer first', async () => {
  const { authorizations, goodsIds } = await findUsers('', arena, send);
  assert.equal(authorizations.length, 20);
  assert.deepEqual(authorizations.slice(0, 3), ['user 1', 'user 43', 'user 46']);
  assert.equal(goodsIds.length, 20);
});

test('a demo with too few of them is told of, after a bounded number of questions', async () => {
  let asked = 0;
  const nobody = async () => {
    if (++asked > 1_000) throw new Error('It asks for ever.');
    return '{"data":{"me":null}}';
  };
  await assert.rejects(findUsers('', arena, nobody), /needs 20 users with 12 orders each\. .* are 0\./);
});

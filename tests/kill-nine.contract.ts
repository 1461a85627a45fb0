import assert from 'node:assert/strict';
import { it } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { spawnTiffin } from './spawn-platform.ts';
import { clientOf } from './start-platform.ts';

const rounds = 3;
const writers = 4;
/** A claim that outlived its process is waited for, a while each time. */
const maxAttempts = 50;
const goodsId = String(demoId('goods', 1));

/**
 * The platform is killed with SIGKILL in the middle of writes, several times: each write that was acknowledged is
 * there after the restart, each that was not is there whole or not at all. Sent again with its key, it is there once.
 */
export function testKillNine(engine: string, environment: () => Promise<Record<string, string>>): void {
  it(`loses and doubles nothing when it is killed during writes, on ${engine}`, async (t) => {
    const env = { PORT: '0', ...(await environment()) };
    let acknowledged = 0;
    let initial: number | undefined;
    /** The keys of the writes that nobody got an answer to. */
    const unanswered = new Set<string>();
    for (let round = 0; round <= rounds; round++) {
      await using platform = await spawnTiffin([], env);
      const client = clientOf(platform.addressOf('gateway'));
      const token = await client.logIn('admin');
      const before = await stockOf(client);
      initial ??= before;
      const written = before - initial;
      assert.ok(written >= acknowledged, `${acknowledged} acknowledged, ${written} found`);
      const attempted = acknowledged + unanswered.size;
      assert.ok(written <= attempted, `${attempted} attempted, ${written} found`);
      t.diagnostic(`${unanswered.size} without an answer, ${written - acknowledged} of them written`);
      for (const key of unanswered) assert.ok(await addOne(client, token, key));
      acknowledged = attempted;
      unanswered.clear();
      assert.equal(
        (await stockOf(client)) - initial,
        acknowledged,
        'a write that is sent again is there once',
      );
      if (round === rounds) {
        assert.ok(acknowledged > 0);
        return;
      }
      const enough = Promise.withResolvers<void>();
      const target = acknowledged + 20 * (round + 1);
      const write = async () => {
        for (;;) {
          const key = newKey();
          unanswered.add(key);
          if (!(await addOne(client, token, key))) return;
          unanswered.delete(key);
          if (++acknowledged === target) enough.resolve();
        }
      };
      const writing = Array.from({ length: writers }, write);
      await Promise.race([enough.promise, Promise.all(writing)]);
      assert.equal((await platform.end('SIGKILL')).signal, 'SIGKILL');
      await Promise.all(writing);
    }
  });
}

type Client = ReturnType<typeof clientOf>;

async function stockOf(client: Client): Promise<number> {
  const { data } = await client.query('query ($id: ID!) { goods(id: $id) { available } }', {
    variables: { id: goodsId },
  });
  return data.goods.available;
}

/** Whether the write was acknowledged; false once the process is gone. */
async function addOne(client: Client, token: string, key: string): Promise<boolean> {
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { data } = await client.query(
        `mutation ($id: ID!, $key: String!) {
          adjustStock(input: { idempotencyKey: $key, goodsId: $id, delta: 1, reason: "kill -9" }) { __typename }
        }`,
        { variables: { id: goodsId, key }, token },
      );
      if (data.adjustStock.__typename === 'InProgress') continue;
      assert.equal(data.adjustStock.__typename, 'AdjustStockSuccess');
      return true;
    }
    return assert.fail('The claim of a process that was killed never ended.');
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return false;
  }
}

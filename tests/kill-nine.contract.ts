import assert from 'node:assert/strict';
import { it } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { spawnTiffin } from './spawn-platform.ts';
import { clientOf } from './start-platform.ts';

const rounds = 3;
const writers = 4;
const goodsId = String(demoId('goods', 1));

/**
 * The platform is killed with SIGKILL in the middle of writes, several times: each write that was acknowledged is
 * there after the restart, each that was not is there whole or not at all.
 */
export function testKillNine(engine: string, environment: () => Promise<Record<string, string>>): void {
  it(`loses nothing acknowledged when it is killed during writes, on ${engine}`, async () => {
    const env = { PORT: '0', ...(await environment()) };
    let acknowledged = 0;
    let attempted = 0;
    let initial: number | undefined;
    for (let round = 0; round <= rounds; round++) {
      await using platform = await spawnTiffin([], env);
      const client = clientOf(platform.addressOf('gateway'));
      const available = await stockOf(client);
      initial ??= available;
      const written = available - initial;
      assert.ok(written >= acknowledged, `${acknowledged} acknowledged, ${written} found`);
      assert.ok(written <= attempted, `${attempted} attempted, ${written} found`);
      acknowledged = written;
      attempted = written;
      if (round === rounds) {
        assert.ok(written > 0);
        return;
      }
      const token = await client.logIn('admin');
      const enough = Promise.withResolvers<void>();
      const write = async () => {
        for (;;) {
          attempted++;
          if (!(await addOne(client, token))) return;
          if (++acknowledged - written === 20 * (round + 1)) enough.resolve();
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
async function addOne(client: Client, token: string): Promise<boolean> {
  try {
    const { data } = await client.query(
      `mutation ($id: ID!) {
        adjustStock(input: { idempotencyKey: "kill-nine", goodsId: $id, delta: 1, reason: "kill -9" }) { __typename }
      }`,
      { variables: { id: goodsId }, token },
    );
    assert.equal(data.adjustStock.__typename, 'AdjustStockSuccess');
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return false;
  }
}

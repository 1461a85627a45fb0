import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { joinedKey, leftKey, promisedKey } from '@tiffin/activity/data/keys';
import { createSaleCounters } from '@tiffin/activity/data/sale-counters';
import { saleScripts } from '@tiffin/activity/data/sale-scripts';
import { systemClock } from '@tiffin/lib/clock/clock';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';

/** How often a second Redis runs the script of a join, by whom it is asked. */
export interface BareScript {
  /** Undefined where the program is not there. */
  readonly redisBenchmark: number | undefined;
  /** The service's own store, in this process. */
  readonly ours: number;
}

const requests = 60_000;
const ids = 1_000_000_000;
const saleId = '999999';
const units = '1000000000';
const dayMs = 86_400_000;

/** Each request is another user's first one: the script does all that it can have to do. */
export async function measureBareScript(url: string, atOnce: number): Promise<BareScript> {
  const redis = await openRedis({ url, commandTimeoutMs: 10_000 });
  const keys = [leftKey(saleId), joinedKey(saleId), promisedKey(saleId)];
  try {
    const sha = String(await redis.call('SCRIPT', 'LOAD', saleScripts.salePromise.lua));
    await redis.set(leftKey(saleId), units);
    const values = ['__rand_int__', '__rand_int__', String(Date.now()), String(dayMs), '1'];
    const evaluated = ['EVALSHA', sha, String(keys.length), ...keys, ...values];
    const redisBenchmark = await runRedisBenchmark(new URL(url).port, atOnce, evaluated);
    await redis.del(...keys);
    await redis.set(leftKey(saleId), units);
    const counters = createSaleCounters(redis, systemClock);
    const sale = { id: saleId, endsAt: new Date(Date.now() + dayMs) };
    let user = 0;
    const beganMs = performance.now();
    const work = async () => {
      while (user < requests) {
        const id = String(++user);
        await counters.promise(sale, { userId: id, ticketId: id });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const ours = (user / (performance.now() - beganMs)) * 1_000;
    await redis.del(...keys);
    return { redisBenchmark, ours };
  } finally {
    await closeRedis(redis);
  }
}

async function runRedisBenchmark(
  port: string,
  atOnce: number,
  command: readonly string[],
): Promise<number | undefined> {
  const args = [
    '-p',
    port,
    '-c',
    String(atOnce),
    '-n',
    String(requests),
    '-r',
    String(ids),
    '--csv',
    ...command,
  ];
  const child = spawn('redis-benchmark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  try {
    await once(child, 'close');
  } catch {
    return undefined;
  }
  // The name is what was asked for; the first figure behind it is how many a second.
  const perSecond = Number(/","([\d.]+)"/.exec(output.trim().split('\n').at(-1) ?? '')?.[1]);
  if (!(perSecond > 0)) throw new Error(`redis-benchmark said:\n${output}`);
  return perSecond;
}

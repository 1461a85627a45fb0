import type { PlatformUnderTest } from './start-platform.ts';

/** Rpc → how many calls of it. */
export type RpcCounts = Readonly<Record<string, number>>;

/** What `request` answers, and the rpcs that services answered meanwhile: nothing else may ask the platform then. */
export async function countRpcs<Answer>(
  platform: Pick<PlatformUnderTest, 'url'>,
  request: () => Promise<Answer>,
): Promise<{ answer: Answer; rpcs: RpcCounts }> {
  const before = await rpcCounts(platform);
  const answer = await request();
  const after = await rpcCounts(platform);
  const made = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return { answer, rpcs: Object.fromEntries(made.filter(([, count]) => count > 0)) };
}

/** Calls that services answered so far. */
async function rpcCounts({ url }: Pick<PlatformUnderTest, 'url'>): Promise<RpcCounts> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const match = /^tiffin_rpc_duration_seconds_count\{(?=.*side="server").*method="(\w+)".*\} (\d+)$/.exec(
      line,
    );
    if (match?.[1]) counts[match[1]] = (counts[match[1]] ?? 0) + Number(match[2]);
  }
  return counts;
}

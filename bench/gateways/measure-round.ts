import type { Arena, Entrant } from './arena.ts';
import type { Load, LoadOptions, LoadResult } from './load.ts';
import { cpuOf, forgetPeak, peakBytesOf } from './process-usage.ts';
import type { Program } from './program.ts';

/** What one round of one row took. CPU in µs a request, calls a request, memory in bytes. */
export interface Round extends LoadResult {
  readonly requestsPerSecond: number;
  readonly gatewayCpu: number;
  readonly subgraphsCpu: number;
  readonly servicesCpu: number;
  readonly gatewayBytes: number;
  readonly subgraphsBytes: number;
  /** Since the processes were started, children that have ended since included. */
  readonly gatewayBytesEver: number;
  readonly subgraphsBytesEver: number;
  readonly subgraphCalls: number;
  readonly rpcs: number;
}

/** Loads one gateway and looks what its processes, its subgraphs and the services take meanwhile. */
export async function measureRound(
  entrant: Entrant,
  arena: Arena,
  load: Load,
  options: Omit<LoadOptions, 'url'>,
): Promise<Round> {
  const pids = {
    gateway: [entrant.gateway.pid],
    subgraphs: entrant.subgraphs.map(({ pid }) => pid),
    services: [arena.services.pid],
  };
  arena.memory.look();
  forgetPeak([...pids.gateway, ...pids.subgraphs]);
  const callsBefore = await callsOf(entrant, arena);
  const cpuBefore = {
    gateway: cpuOf(pids.gateway),
    subgraphs: cpuOf(pids.subgraphs),
    services: cpuOf(pids.services),
  };
  const result = await load.run({ ...options, url: entrant.url });
  // A request that was cut off counts as a whole one: in doubt for those who have few.
  const worked = Math.max(1, result.requests + result.cutOff);
  const cost = (part: keyof typeof pids) => (cpuOf(pids[part]) - cpuBefore[part]) / worked;
  const costs = {
    gatewayCpu: cost('gateway'),
    subgraphsCpu: cost('subgraphs'),
    servicesCpu: cost('services'),
  };
  const callsAfter = await callsOf(entrant, arena);
  arena.memory.look();
  return {
    ...result,
    ...costs,
    requestsPerSecond: result.requests / result.seconds,
    gatewayBytes: peakBytesOf(pids.gateway),
    subgraphsBytes: peakBytesOf(pids.subgraphs),
    gatewayBytesEver: arena.memory.peakBytesOf(pids.gateway),
    subgraphsBytesEver: arena.memory.peakBytesOf(pids.subgraphs),
    subgraphCalls: (callsAfter.subgraphs - callsBefore.subgraphs) / worked,
    rpcs: (callsAfter.rpcs - callsBefore.rpcs) / worked,
  };
}

/** How often subgraphs and services were called until now. */
export async function callsOf(
  entrant: Entrant,
  arena: Arena,
): Promise<{ readonly subgraphs: number; readonly rpcs: number }> {
  return { subgraphs: await countOf(entrant.subgraphs), rpcs: await countOf([arena.services]) };
}

async function countOf(programs: readonly Program[]): Promise<number> {
  const counts = await Promise.all(programs.map((program) => program.counts()));
  return counts.flatMap((of) => Object.values(of)).reduce((sum, count) => sum + count, 0);
}

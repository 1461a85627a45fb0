import { fnv1a } from '@tiffin/lib/demo/fnv1a';
import type { ClientRequest, RequestTarget } from './operation-writer.ts';
import { randomRequest } from './random-operation.ts';
import { randomWorldOptions, type WorldOptions, withoutFailures } from './random-world.ts';

/** One request on one world: everything that a run depends on. */
export interface Case {
  readonly supergraph: string;
  readonly seed: number;
  readonly request: ClientRequest;
  readonly world: WorldOptions;
}

/** The seed of the n-th case of a supergraph in a run: what to replay when only this one fails. */
export function caseSeed(runSeed: number, supergraph: string, n: number): number {
  return fnv1a(`${runSeed}/${supergraph}/${n}`);
}

export function randomCase(target: RequestTarget, supergraph: string, seed: number): Case {
  const world = randomWorldOptions(seed);
  return {
    supergraph,
    seed,
    request: randomRequest(target, seed),
    world: target.isOracleWhole ? withoutFailures(world) : world,
  };
}

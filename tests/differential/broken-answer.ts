import type { ExecutionResult } from 'graphql';
import type { World } from './random-world.ts';

type Break = (message: string, answer: () => ExecutionResult) => unknown;

const anywhere: readonly Break[] = [
  (message) => ({ errors: [{ message, extensions: { code: 'UNAVAILABLE', retryAfterMs: 5 } }] }),
  (message) => ({ errors: [{ message }] }),
  (message) => ({ data: null, errors: [{ message, extensions: { code: 'DEADLINE_EXCEEDED' } }] }),
  (message) => ({
    errors: [
      { message, extensions: { code: 'UNAVAILABLE' } },
      { message: `${message} twice`, extensions: {} },
    ],
  }),
  () => ({ data: null }),
  () => ({}),
];

const forEntities: readonly Break[] = [
  (_message, answer) => {
    const result = answer();
    const entities = result.data?.['_entities'];
    return Array.isArray(entities) ? { ...result, data: { _entities: entities.slice(1) } } : result;
  },
  (message) => ({ data: { _entities: null }, errors: [{ message, path: ['_entities'] }] }),
  () => ({ data: {} }),
  () => ({ data: { _entities: 'none' } }),
];

/** The answer of a subgraph that fails as a whole, where the world has it so. */
export function brokenAnswer(
  world: World,
  subgraph: string,
  representations: readonly unknown[] | undefined,
  answer: () => ExecutionResult,
): ExecutionResult | undefined {
  const what = `${subgraph} ${representations ? 'entities' : 'root'}`;
  if (world.unit(`broken ${what}`) >= world.options.brokenRate) return undefined;
  const breaks = representations ? [...anywhere, ...forEntities] : anywhere;
  const broken = breaks[world.below(breaks.length, `break ${what}`)];
  return broken?.(`The subgraph ${subgraph} is down.`, answer) as ExecutionResult | undefined;
}

import type { Data } from './data.ts';
import { ownValue, setOwnValue } from './own-value.ts';

/**
 * Merges what a fetch brought into what is there: objects by their keys, lists of the same length by their elements,
 * anything else is replaced. What is new is taken over by reference, so neither side may be used elsewhere.
 */
export function mergeData(target: Data, source: Data): void {
  for (const key of Object.keys(source)) {
    const incoming = source[key];
    if (incoming === undefined) continue;
    setOwnValue(target, key, merged(ownValue(target, key), incoming));
  }
}

function merged(present: unknown, incoming: unknown): unknown {
  if (present === incoming || !isComposite(present) || !isComposite(incoming)) return incoming;
  if (Array.isArray(present)) {
    if (!Array.isArray(incoming) || present.length !== incoming.length) return incoming;
    for (let index = 0; index < incoming.length; index++) {
      present[index] = merged(present[index], incoming[index]);
    }
    return present;
  }
  if (Array.isArray(incoming)) return incoming;
  mergeData(present as Data, incoming as Data);
  return present;
}

const isComposite = (value: unknown): value is object => typeof value === 'object' && value !== null;

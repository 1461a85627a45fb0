import type { Data } from './data.ts';
import { ownValue, setOwnValue } from './own-value.ts';
import type { TypeRelations } from './type-relations.ts';

/**
 * Merges what a fetch brought into what is there: objects by their keys, lists of the same length by their elements,
 * anything else is replaced, but for the name of a type by that of an interface: a subgraph with an interface object
 * knows no other. What is new is taken over by reference, so neither side may be used elsewhere.
 */
export function mergeData(target: Data, source: Data, types?: TypeRelations): void {
  for (const key of Object.keys(source)) {
    const incoming = source[key];
    if (incoming === undefined) continue;
    const present = ownValue(target, key);
    if (present === undefined) {
      setOwnValue(target, key, incoming);
      continue;
    }
    if (key === '__typename' && present !== incoming && types?.is(present, String(incoming))) continue;
    setOwnValue(target, key, merged(present, incoming, types));
  }
}

function merged(present: unknown, incoming: unknown, types?: TypeRelations): unknown {
  if (present === incoming || !isComposite(present) || !isComposite(incoming)) return incoming;
  if (Array.isArray(present)) {
    if (!Array.isArray(incoming) || present.length !== incoming.length) return incoming;
    for (let index = 0; index < incoming.length; index++) {
      present[index] = merged(present[index], incoming[index], types);
    }
    return present;
  }
  if (Array.isArray(incoming)) return incoming;
  mergeData(present as Data, incoming as Data, types);
  return present;
}

const isComposite = (value: unknown): value is object => typeof value === 'object' && value !== null;

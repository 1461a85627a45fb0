import type { Data } from './data.ts';
import { ownValue } from './own-value.ts';

/** Where in the response a part of a plan works: response names, and `@` for every element of a list. */
export type PlanPath = readonly string[];

/** A place in the response: response names and list indexes. */
export type ResponsePath = readonly (string | number)[];

/** The objects at a path, in the order of the lists on the way; what is null has none. */
export function entitiesAt(path: PlanPath, data: Data): Data[] {
  const entities: Data[] = [];
  collect(data, path, 0, entities);
  return entities;
}

/** Runs for every fetch of every request, so it knows nothing of places. */
function collect(start: unknown, path: PlanPath, from: number, entities: Data[]): void {
  let value = start;
  for (let at = from; ; at++) {
    if (typeof value !== 'object' || value === null) return;
    const key = path[at];
    if (Array.isArray(value)) {
      const next = key === '@' ? at + 1 : at;
      for (const element of value) collect(element, path, next, entities);
      return;
    }
    if (key === undefined) {
      entities.push(value as Data);
      return;
    }
    value = ownValue(value as Data, key);
  }
}

/** Where the objects of `entitiesAt` stand, in the same order. Worked out only when an error needs it. */
export function placesAt(path: PlanPath, data: Data): ResponsePath[] {
  const places: ResponsePath[] = [];
  visit(data, path, 0, [], places);
  return places;
}

function visit(
  value: unknown,
  path: PlanPath,
  at: number,
  way: (string | number)[],
  places: ResponsePath[],
): void {
  if (typeof value !== 'object' || value === null) return;
  const key = path[at];
  if (Array.isArray(value)) {
    // Lists of lists have an `@` for each level.
    const next = key === '@' ? at + 1 : at;
    for (const [index, element] of value.entries()) visit(element, path, next, [...way, index], places);
    return;
  }
  if (key === undefined) places.push(way);
  else visit(ownValue(value as Data, key), path, at + 1, [...way, key], places);
}

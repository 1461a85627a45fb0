import type { Data } from './data.ts';
import { ownValue } from './own-value.ts';

/** Where in the response a part of a plan works: response names, and `@` for every element of a list. */
export type PlanPath = readonly string[];

/** A place in the response: response names and list indexes. */
export type ResponsePath = readonly (string | number)[];

/** The objects at a path, in the order of the lists on the way; what is null has none. */
export function entitiesAt(path: PlanPath, data: Data): Data[] {
  const entities: Data[] = [];
  visit(data, path, 0, (entity) => void entities.push(entity));
  return entities;
}

/** Where the objects of `entitiesAt` stand, in the same order. Worked out only when an error needs it. */
export function placesAt(path: PlanPath, data: Data): ResponsePath[] {
  const places: ResponsePath[] = [];
  const way: (string | number)[] = [];
  visit(data, path, 0, () => void places.push([...way]), way);
  return places;
}

function visit(
  value: unknown,
  path: PlanPath,
  at: number,
  found: (entity: Data) => void,
  way?: (string | number)[],
): void {
  if (Array.isArray(value)) {
    // Lists of lists have an `@` for each level.
    const next = path[at] === '@' ? at + 1 : at;
    for (let index = 0; index < value.length; index++) {
      way?.push(index);
      visit(value[index], path, next, found, way);
      way?.pop();
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const key = path[at];
  if (key === undefined) {
    found(value as Data);
    return;
  }
  way?.push(key);
  visit(ownValue(value as Data, key), path, at + 1, found, way);
  way?.pop();
}

import type { Data } from './data.ts';

/** The value of a key, unless the object only inherits it: aliases may be called `constructor` or `toString`. */
export function ownValue(data: Data, key: string): unknown {
  return key in Object.prototype && !Object.hasOwn(data, key) ? undefined : data[key];
}

/** Sets a key, also one that assignment would take for the object's prototype. */
export function setOwnValue(data: Data, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    data[key] = value;
  }
}

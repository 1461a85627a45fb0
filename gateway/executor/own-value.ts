import type { Data } from './data.ts';

/**
 * The value of a key, unless the object only inherits it: aliases may be called `constructor` or `toString`. What
 * objects inherit are functions, which no data are, and `__proto__`: looking at the value costs less than at the key.
 */
export function ownValue(data: Data, key: string): unknown {
  const value = data[key];
  if (typeof value === 'function') return undefined;
  return key === '__proto__' && !Object.hasOwn(data, key) ? undefined : value;
}

/** Sets a key, also one that assignment would take for the object's prototype. */
export function setOwnValue(data: Data, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    data[key] = value;
  }
}

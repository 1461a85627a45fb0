/**
 * Freezes a tree of plain objects and arrays, in place: what many share nobody may change. Bytes and dates in it cannot
 * be frozen.
 */
export function deepFreeze<Value extends object>(value: Value): Value {
  // JavaScript refuses to freeze bytes.
  if (ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}

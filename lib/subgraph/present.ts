/**
 * A message field that the service always fills, without `undefined`: proto3 marks every message field optional.
 * @throws Error when it is missing after all; the caller's field then answers Internal.
 */
export function present<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw new Error(`The service left out ${field}.`);
  return value;
}

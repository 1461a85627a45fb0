/** The same values from another one on: each begins once in as many turns as there are values. */
export function rotated<Value>(values: readonly Value[], turn: number): Value[] {
  const first = values.length > 0 ? turn % values.length : 0;
  return [...values.slice(first), ...values.slice(0, first)];
}

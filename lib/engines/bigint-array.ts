/** Whole numbers as one parameter: `any(?::bigint[])`. The ORM would spread a JavaScript array into a list. */
export function bigintArray(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/** Decimal texts as one parameter: `any(?::bigint[])`. MikroORM would spread a JavaScript array into a list. */
export const bigintArray = (values: readonly string[]): string => `{${values.join(',')}}`;

/** Whole numbers as one parameter: `?::bigint[]`. MikroORM would spread a JavaScript array into a list. */
export const bigintArray = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;

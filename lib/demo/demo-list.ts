export type DemoList = readonly [string, ...string[]];

/** Reads 'one, another, a third'. Throws when it is empty. */
export function demoList(text: string): DemoList {
  const [first, ...others] = text.split(', ').filter((item) => item !== '');
  if (first === undefined) throw new Error('A list of demo texts needs at least one.');
  return [first, ...others];
}

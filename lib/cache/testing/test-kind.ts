import type { CachedKind } from '../cached-kind.ts';

export interface Thing {
  readonly n: number;
  readonly parts?: readonly { readonly text: string }[];
}

/** A kind of thing for tests. In the product values travel as protobuf; here one can read them. */
export const things: CachedKind<Thing> = {
  name: 'thing',
  key: (id) => `thing:${id}`,
  codec: {
    version: 3,
    encode: (thing) => Buffer.from(JSON.stringify(thing)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')),
  },
};

/** The numbers of things, by their ids. */
export function numbersOf(found: ReadonlyMap<string, Thing>): Record<string, number> {
  return Object.fromEntries([...found].map(([id, { n }]) => [id, n]));
}

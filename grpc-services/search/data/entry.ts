/** What can be found. The numbers are stored. */
export const entryKinds = { shop: 1, goods: 2 } as const;

export type EntryKind = (typeof entryKinds)[keyof typeof entryKinds];

/** A shop or goods as the index knows it. */
export interface Entry {
  readonly kind: EntryKind;
  /** Id of the shop or the goods. */
  readonly refId: string;
  readonly name: string;
  /** More text that leads to it. */
  readonly body: string;
  /** Of the shop or the goods: what has a higher one is newer. */
  readonly version: number;
}

/** An entry with its words as searches compare them: letters and digits only. */
export interface IndexedEntry extends Entry {
  readonly nameWords: readonly string[];
  readonly bodyWords: readonly string[];
}

/** An entry that a search found; the higher its score, the better. */
export interface FoundEntry extends Omit<Entry, 'version'> {
  readonly score: number;
  /** How many paid orders it was in; the more, the better among equal scores. */
  readonly orderCount: number;
  /** The words of the entry that were meant. */
  readonly words: readonly string[];
}

/** A place in a list of found entries: the sort key of the entry before it. */
export type FoundPosition = Pick<FoundEntry, 'score' | 'orderCount' | 'kind' | 'refId'>;

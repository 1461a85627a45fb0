import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { fnv1a } from '@tiffin/lib/demo/fnv1a';

/** What the data of a case is like. All of it is derived from the seed; shrinking turns one after the other down. */
export interface WorldOptions {
  readonly seed: number;
  /** Entities of a type; few, so that the same entity stands in several places. */
  readonly universe: number;
  readonly maxListLength: number;
  /** How many of the nullable values are null, from 0 to 1. The same unit below. */
  readonly nullRate: number;
  /** Fields that throw. */
  readonly errorRate: number;
  /** Entities that `_entities` does not find, or on which it throws. */
  readonly missingRate: number;
  /** The subgraphs check neither the types nor the nullability of what they answer: the gateway has to. */
  readonly isForeign: boolean;
  /** Of foreign subgraphs: leaves of the wrong type, and nulls where none may be. */
  readonly invalidRate: number;
  /** Subgraphs that fail as a whole, separately for root fields and for entities. */
  readonly brokenRate: number;
  /** Answers are handed over as they are, as in one process; else through JSON, as from another. */
  readonly isLive: boolean;
  /** No leaf is 0, false or empty. Never in random worlds. */
  readonly hasNoFalsyLeaves?: boolean;
  /**
   * No interface stands in for the type of an object: it is `resolved` to the type wherever a key says which object it
   * is, or `dropped` from what `_entities` answers. Never in random worlds.
   */
  readonly interfaceNames?: 'resolved' | 'dropped';
}

/** Half of the cases are healthy: failures hide differences of the data. */
export function randomWorldOptions(seed: number): WorldOptions {
  const random = DemoRandom.of('world', seed);
  const sometimes = (probability: number, low: number, high: number) =>
    random.next() < probability ? low + random.next() * (high - low) : 0;
  const isHealthy = random.next() < 0.5;
  return {
    seed,
    universe: random.between(2, 5),
    maxListLength: random.between(1, 3),
    nullRate: sometimes(0.6, 0.02, 0.25),
    errorRate: isHealthy ? 0 : sometimes(0.6, 0.01, 0.12),
    missingRate: isHealthy ? 0 : sometimes(0.4, 0.05, 0.3),
    isForeign: !isHealthy && random.next() < 0.6,
    invalidRate: isHealthy ? 0 : sometimes(0.6, 0.01, 0.06),
    brokenRate: isHealthy ? 0 : sometimes(0.4, 0.1, 0.4),
    isLive: random.next() < 0.5,
  };
}

export const withoutFailures = (world: WorldOptions): WorldOptions => ({
  ...world,
  isForeign: false,
  errorRate: 0,
  missingRate: 0,
  brokenRate: 0,
});

/** What was sent to the subgraphs in one run of a case. */
export interface SentRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly representations: readonly unknown[] | undefined;
}

/**
 * The data behind all subgraphs in one run. Whatever it decides is a pure function of the seed and of what is asked
 * for, never of order or number of the requests: executors may ask in another order, and the same thing once.
 */
export class World {
  readonly options: WorldOptions;
  readonly sent: SentRequest[] = [];
  /** Grows with every root field of a mutation. */
  version = 0;

  constructor(options: WorldOptions) {
    this.options = options;
  }

  /** From 0 up to, not including, 1. */
  unit(what: string): number {
    return new DemoRandom(fnv1a(`${this.options.seed}|${what}`)).next();
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number, what: string): number {
    return Math.floor(this.unit(what) * end);
  }

  isNull = (what: string): boolean => this.unit(`null ${what}`) < this.options.nullRate;
  fails = (what: string): boolean => this.unit(`error ${what}`) < this.options.errorRate;
  isMissing = (what: string): boolean => this.unit(`missing ${what}`) < this.options.missingRate;
  isInvalid = (what: string): boolean =>
    this.options.isForeign && this.unit(`invalid ${what}`) < this.options.invalidRate;
}

/** JSON with sorted keys: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}

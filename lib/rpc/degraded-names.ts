/** The gRPC trailer that names what of an answer is older than it should be, between commas. */
export const degradedTrailer = 'x-degraded';

const maxNames = 20;
const nameOfKind = /^[a-z][\w-]{0,39}$/i;

/**
 * What of an answer is older than it should be: the names of cached kinds. It hands them out of the process, so that
 * it keeps nothing that is no such name, each one once and 20 at most.
 */
export class DegradedNames {
  #names: Set<string> | undefined;

  /** For a context's `onDegraded`. */
  readonly add = (what: string): void => {
    if (!isName(what)) return;
    this.#names ??= new Set();
    if (this.#names.size < maxNames) this.#names.add(what);
  };

  /** Sorted; undefined where nothing was degraded. */
  list(): readonly string[] | undefined {
    return this.#names && [...this.#names].sort();
  }
}

/** Tells `onDegraded` the names that came from another process of ours, if names is what they are. */
export function tellDegraded(sent: unknown, onDegraded: (what: string) => void): void {
  if (!Array.isArray(sent)) return;
  for (const name of sent.slice(0, maxNames)) if (isName(name)) onDegraded(name);
}

const isName = (what: unknown): what is string => typeof what === 'string' && nameOfKind.test(what);

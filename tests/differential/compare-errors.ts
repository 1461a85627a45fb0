import type { KnownOracleBugName } from './known-oracle-bugs.ts';

export interface PlainError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly serviceName?: string };
}

type Path = PlainError['path'] | undefined;

export interface ErrorSets {
  readonly oracle: readonly PlainError[];
  readonly ours: readonly PlainError[];
  readonly ourData: unknown;
  /** Whether the request skips what stands at a path. */
  readonly isSkipped: (path: readonly (string | number)[]) => boolean;
  /** The oracle reports errors of subgraphs, and therefore none of its own. */
  readonly hasDroppedCompletion: boolean;
  /** Some subgraph of the case may fail as a whole. */
  readonly isBroken: boolean;
}

const COMPLETION = 'INVALID_GRAPHQL';
const DOWNSTREAM = 'DOWNSTREAM_SERVICE_ERROR';
/** What ours says of answers that Apollo passes over. */
const noAnswer = /^(The answer has neither data nor errors|Expected "data._entities")/;
const unknownType = /^Cannot tell the type of an object/;

/** Same paths and codes, as often as each other, but for what known-oracle-bugs.ts lists. */
export function compareErrors(sets: ErrorSets): {
  readonly differences: readonly string[];
  readonly applied: ReadonlySet<KnownOracleBugName>;
} {
  const matcher = new ErrorMatcher(sets);
  matcher.matchEqual();
  matcher.dropComplaints();
  matcher.matchFailedFetches();
  matcher.matchWrongIndexes();
  matcher.passSilentFailures();
  matcher.passUnknownTypes();
  matcher.passDroppedCompletion();
  matcher.passErrorsBelowNulls();
  const { oracle, ours, applied } = matcher;
  const differences = [
    ...oracle.map((error) => `Only the oracle reports ${describe(error)}`),
    ...ours.map((error) => `Only ours reports ${describe(error)}`),
  ];
  return { differences, applied };
}

/** Takes away what belongs together, one reason after the other; what is left differs. */
class ErrorMatcher {
  readonly applied = new Set<KnownOracleBugName>();
  oracle: readonly PlainError[];
  ours: readonly PlainError[];
  readonly #sets: ErrorSets;

  constructor(sets: ErrorSets) {
    this.#sets = sets;
    this.oracle = sets.oracle;
    this.ours = sets.ours;
  }

  matchEqual(): void {
    const isEqual = (left: PlainError, right: PlainError) =>
      left.path !== undefined && key(left) === key(right);
    // Those with the same message first, so that no other error takes their place.
    this.#matchEach((left, right) => left.message === right.message && isEqual(left, right));
    this.#matchEach(isEqual);
  }

  dropComplaints(): void {
    const isReported = this.#sets.oracle.some(
      (error) => !isComplaint(error) && error.extensions?.serviceName,
    );
    const complaints = this.oracle.filter(
      (error) => isComplaint(error) && !this.ours.some((own) => isSameFailure(error, own)),
    );
    if (!isReported || complaints.length === 0) return;
    this.applied.add('complaint about a reported failure');
    this.oracle = this.oracle.filter((error) => !complaints.includes(error));
  }

  /** Whole fetches that failed: one error without a path on their side, one a place on ours. */
  matchFailedFetches(): void {
    for (const error of this.oracle.filter(isPathless)) {
      // An equal one before it may have taken it along.
      if (!this.oracle.includes(error)) continue;
      const matching = this.ours.filter((own) => isSameFailure(error, own));
      const [first] = matching;
      if (!first || !matching.every(({ path }) => this.#mayFail(path))) continue;
      this.oracle = this.oracle.filter((other) => !isPathless(other) || !isSameFailure(other, first));
      this.ours = this.ours.filter((own) => !matching.includes(own));
      this.applied.add('failed fetch without paths');
      if (error.path) this.applied.add('path with the inside of federation');
      if (!error.extensions?.code) this.applied.add('failed fetch without code');
    }
  }

  /** Whether a failed fetch may stand at a path of ours. */
  #mayFail(path: Path): boolean {
    if (!path) return true;
    const { value, isMissing } = follow(this.#sets.ourData, path);
    if (isMissing && this.#sets.isSkipped(path)) return false;
    if (isMissing) this.applied.add('failed fetch of what the response lacks');
    else if (value !== null) this.applied.add('value of a failed fetch that is there');
    return true;
  }

  /**
   * An error of an entity as a whole stands at the entity, which is there; its fields are null. One of an input that
   * nobody asked for stands below it.
   */
  matchWrongIndexes(): void {
    const before = this.oracle.length;
    const { ourData, isSkipped } = this.#sets;
    const isPossible = ({ path = [] }: PlainError) => {
      const { value, isMissing } = follow(ourData, path);
      return isMissing ? !isSkipped(path) : typeof value === 'object';
    };
    this.#matchEach(
      (left, right) => left.message === right.message && masked(left) === masked(right) && isPossible(right),
    );
    if (this.oracle.length < before) this.applied.add('wrong index of an entity');
  }

  passSilentFailures(): void {
    if (!this.#sets.isBroken) return;
    const silent = this.ours.filter(
      (error) => noAnswer.test(error.message) && codeOf(error) === DOWNSTREAM && this.#mayFail(error.path),
    );
    if (silent.length > 0) this.applied.add('no data and no errors');
    this.ours = this.ours.filter((error) => !silent.includes(error));
    this.oracle = this.oracle.filter(
      (error) => codeOf(error) !== COMPLETION || !silent.some((other) => explains(other, error)),
    );
  }

  passUnknownTypes(): void {
    const { ourData } = this.#sets;
    const unknown = this.ours.filter(
      (error) => unknownType.test(error.message) && isCompletionError(error, ourData),
    );
    if (unknown.length > 0) this.applied.add('null without an error');
    this.ours = this.ours.filter((error) => !unknown.includes(error));
  }

  passDroppedCompletion(): void {
    const { ours, ourData, hasDroppedCompletion } = this.#sets;
    if (!hasDroppedCompletion) return;
    const dropped = this.ours.filter(
      (error) =>
        isCompletionError(error, ourData) &&
        !ours.some((other) => other !== error && isRelated(other.path, error.path)),
    );
    if (dropped.length > 0) this.applied.add('completion errors dropped');
    this.ours = this.ours.filter((error) => !dropped.includes(error));
  }

  /** Completion may stop at the first reason for a null, or tell the others too. */
  passErrorsBelowNulls(): void {
    const { oracle, ours, ourData } = this.#sets;
    const isTold = (error: PlainError, others: readonly PlainError[]) => {
      const nulled = nullAbove(ourData, error.path);
      return codeOf(error) === COMPLETION && nulled && others.some((other) => isRelated(other.path, nulled));
    };
    const before = this.oracle.length + this.ours.length;
    this.oracle = this.oracle.filter((error) => !isTold(error, ours));
    this.ours = this.ours.filter((error) => !isTold(error, oracle));
    if (this.oracle.length + this.ours.length < before) this.applied.add('several reasons for a null');
  }

  /** Takes away pairs, one to one. */
  #matchEach(isPair: (oracle: PlainError, ours: PlainError) => boolean): void {
    const rest = [...this.ours];
    this.oracle = this.oracle.filter((left) => {
      const index = rest.findIndex((right) => isPair(left, right));
      if (index >= 0) rest.splice(index, 1);
      return index < 0;
    });
    this.ours = rest;
  }
}

/** Errors of Apollo's own code may have no extensions at all. */
const codeOf = ({ extensions }: PlainError) => extensions?.code ?? 'no code';
const key = (error: PlainError) => `${codeOf(error)} at ${JSON.stringify(error.path)}`;
const masked = (error: PlainError) =>
  `${codeOf(error)} at ${JSON.stringify(error.path?.map((part) => (typeof part === 'number' ? 0 : part)))}`;
const describe = (error: PlainError) => `${key(error)}: ${error.message}`;

/** An error about data that is not as the schema has it, where the data is null because of it. */
const isCompletionError = (error: PlainError, data: unknown): boolean =>
  codeOf(error) === COMPLETION && leadsToNull(data, error.path);

/** Apollo's path of an error about `_entities` itself holds what no client knows. */
const isPathless = ({ path }: PlainError) => !path || path.includes('@') || path.includes('_entities');

/** What Apollo throws for an answer whose entities it cannot read. */
const isComplaint = ({ message, extensions }: PlainError) =>
  message.startsWith('Expected "data._entities"') && !extensions?.code;

function isSameFailure(oracle: PlainError, ours: PlainError): boolean {
  if (isComplaint(oracle)) {
    const withoutNumber = (text: string) => text.replace(/\d+/, 'n');
    return codeOf(ours) === DOWNSTREAM && withoutNumber(oracle.message) === withoutNumber(ours.message);
  }
  return oracle.message === ours.message && codeOf(oracle) === codeOf(ours);
}

/** What failed is at the error's place, above it or below it, or a sibling, which the field may have needed. */
const explains = ({ path: failed }: PlainError, { path }: PlainError): boolean =>
  !failed || isRelated(failed, path) || isRelated(failed.slice(0, -1), path?.slice(0, -1));

/** One of the two paths is the beginning of the other. */
function isRelated(left: Path, right: Path): boolean {
  if (!left || !right) return false;
  const length = Math.min(left.length, right.length);
  return left.slice(0, length).every((part, index) => part === right[index]);
}

const leadsToNull = (data: unknown, path: Path) => follow(data, path).value === null;

/** Where a null took along what the path leads to; undefined where the path's own end is the null. */
function nullAbove(data: unknown, path: Path = []): Path {
  for (let length = 0; length < path.length; length++) {
    const above = path.slice(0, length);
    if (follow(data, above).value === null) return above;
  }
  return undefined;
}

/** What stands at the end of a path, or a null on its way. */
function follow(data: unknown, path: Path = []): { readonly value?: unknown; readonly isMissing?: true } {
  let value = data;
  for (const part of path) {
    if (value === null) return { value };
    if (typeof value !== 'object' || !Object.hasOwn(value, part)) return { isMissing: true };
    value = (value as Record<string | number, unknown>)[part];
  }
  return { value };
}

import { GraphQLError } from 'graphql';
import type { ResponsePath } from './response-path.ts';
import { maxErrors } from './run.ts';

/** For errors that a subgraph sent without a code; Apollo's name for it. */
export const downstreamErrorCode = 'DOWNSTREAM_SERVICE_ERROR';

/** What a subgraph, near or far, tells of an error. */
export interface SubgraphError {
  readonly message: string;
  readonly path?: ResponsePath | undefined;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** One failure becomes this many errors at most: a subgraph that is down may feed thousands of places. */
const maxErrorsPerFailure = 100;

/** Where the errors of a fetch belong in the client's response. */
export interface FetchPlaces {
  readonly subgraph: string;
  /** Internal name → the name that the client knows. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The response names that are missing at each place when the whole fetch fails. */
  keys(): readonly string[];
  /** How much of a place the response has: entities may be fetched for other fetches only. */
  askedLength(): number;
  /** Where the fetch's entities stand. */
  places(): readonly ResponsePath[];
  /** Where the entities of a representation stand; absent for a fetch without representations. */
  placesOf?(representation: number): readonly ResponsePath[];
}

/**
 * The errors of a subgraph's answer where the client looks for them. An error inside `_entities` stands at each place
 * of its entity; one without a path, of an answer without data, at each field that is missing because of it.
 */
export function placeErrors(
  errors: readonly SubgraphError[],
  hasData: boolean,
  fetch: FetchPlaces,
): GraphQLError[] {
  return errors.slice(0, maxErrors).flatMap((sent) => {
    const error = readable(sent);
    return pathsOf(error.path, hasData, fetch)
      .slice(0, maxErrorsPerFailure)
      .map((path) => placedError(error, path, fetch.subgraph));
  });
}

/** What can be relied on of an error: another's subgraph may send anything. */
function readable(sent: unknown): SubgraphError {
  const { message, path, extensions } = Object(sent) as Record<string, unknown>;
  const isPath =
    Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
  return {
    message: typeof message === 'string' ? message : '',
    path: isPath ? path : undefined,
    extensions: typeof extensions === 'object' ? { ...extensions } : {},
  };
}

/** The paths of one error; undefined stands for one that is about no field in particular. */
function pathsOf(
  path: ResponsePath | undefined,
  hasData: boolean,
  fetch: FetchPlaces,
): readonly (ResponsePath | undefined)[] {
  const { placesOf } = fetch;
  if (!path) return hasData ? [undefined] : failedFields(fetch);
  if (!placesOf) return below(fetch.places(), renamedPath(path, fetch));
  const [, representation, ...rest] = path;
  const places = typeof representation === 'number' ? placesOf(representation) : [];
  return places.length > 0 ? below(places, renamedPath(rest, fetch)) : failedFields(fetch);
}

const below = (places: readonly ResponsePath[], rest: ResponsePath): readonly ResponsePath[] =>
  places.map((place) => [...place, ...rest]);

const renamedPath = (path: ResponsePath, { renamed }: FetchPlaces): ResponsePath =>
  renamed.size === 0 ? path : path.map((key) => (typeof key === 'string' ? (renamed.get(key) ?? key) : key));

/** What a failed fetch should have brought; where the client asked for none of it, what is nearest to that. */
function failedFields(fetch: FetchPlaces): readonly (ResponsePath | undefined)[] {
  const keys = fetch.keys();
  const places = fetch.places().slice(0, maxErrorsPerFailure);
  if (keys.length > 0) return places.flatMap((place) => keys.map((key) => [...place, key]));
  const length = fetch.askedLength();
  const nearest = new Map(places.map((place) => [place.slice(0, length).join(), place.slice(0, length)]));
  return [...nearest.values()].map((path) => (path.length > 0 ? path : undefined));
}

function placedError(
  { message, extensions }: SubgraphError,
  path: ResponsePath | undefined,
  serviceName: string,
): GraphQLError {
  return new GraphQLError(message || `The subgraph ${serviceName} reported an error without a message.`, {
    path: path ?? null,
    // The name tells our own boundary that the error is not ours; clients do not see it.
    extensions: { ...extensions, code: extensions?.['code'] ?? downstreamErrorCode, serviceName },
  });
}

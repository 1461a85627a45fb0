import type { Validator } from '../errors/invalid-argument.ts';

export const maxPageItems = 100;

/** Which page of a list, as a client asks for it. */
export interface PageRequest {
  readonly first: number;
  /** A cursor. */
  readonly after?: string | undefined;
}

/** `position` is what `after` was decoded to; undefined where it was absent, or no cursor. */
export function checkPage(v: Validator, { first, after }: PageRequest, position: unknown): void {
  v.pageSize('first', first, maxPageItems);
  const isCursor = after === undefined || position !== undefined;
  v.check('after', isCursor, 'must be a cursor from an earlier page');
}

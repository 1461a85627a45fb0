import type { GraphQLError } from 'graphql';
import type { ResponsePath } from './response-path.ts';

/**
 * Whether an error that is already told is the reason for a null: it stands at the null, above it, below it, or at
 * another field of the same object, whose value the field may have needed. The specification wants one error a field.
 */
export function isExplained(path: ResponsePath, errors: readonly GraphQLError[]): boolean {
  return errors.some((error) => {
    if (!error.path) return true;
    const shared = sharedLength(path, error.path);
    if (shared === path.length || shared === error.path.length) return true;
    const areFields = typeof path[shared] === 'string' && typeof error.path[shared] === 'string';
    return areFields && shared > 0 && shared === path.length - 1 && path.length === error.path.length;
  });
}

function sharedLength(left: ResponsePath, right: ResponsePath): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}

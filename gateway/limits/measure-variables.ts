import type { GraphQLError } from 'graphql';
import type { Variables } from '../executor.ts';
import { limitExceeded } from './limit-exceeded.ts';
import type { OperationLimits } from './operation-limits.ts';

/**
 * Bounds what a request's variables hold before anybody walks through them by recursion. It stops at the bound.
 * @returns the refusal, where there is one.
 */
export function measureVariables(
  variables: Variables,
  { maxVariableDepth, maxVariableValues }: OperationLimits,
): GraphQLError | undefined {
  let values = 0;
  const refusal = (value: unknown, depth: number): 'VARIABLE_DEPTH' | 'VARIABLE_VALUES' | undefined => {
    if (++values > maxVariableValues) return 'VARIABLE_VALUES';
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth === maxVariableDepth) return 'VARIABLE_DEPTH';
    if (Array.isArray(value)) {
      for (const item of value) {
        const found = refusal(item, depth + 1);
        if (found) return found;
      }
      return undefined;
    }
    return ofObject(value, depth);
  };
  const ofObject = (object: object, depth: number) => {
    // Object.values would make a list of all before the first is counted.
    for (const key in object) {
      const found = refusal((object as Record<string, unknown>)[key], depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  const found = ofObject(variables, 0);
  if (!found) return undefined;
  return limitExceeded(found, found === 'VARIABLE_DEPTH' ? maxVariableDepth : maxVariableValues);
}

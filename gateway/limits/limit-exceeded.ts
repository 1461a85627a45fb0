import type { ErrorDetails } from '@tiffin/lib/errors/error-catalogue.gen';
import { GraphQLError } from 'graphql';

/** The names that clients read in `extensions.limit`. */
export type LimitName =
  | 'DOCUMENT_CHARS'
  | 'TOKENS'
  | 'OPERATIONS'
  | 'FRAGMENTS'
  | 'SELECTIONS'
  | 'COMPARISONS'
  | 'DEPTH'
  | 'ALIASES'
  | 'DIRECTIVES'
  | 'ROOT_FIELDS'
  | 'VALUE_DEPTH'
  | 'FIELD_VALUES'
  | 'VARIABLE_DEPTH'
  | 'VARIABLE_VALUES';

/** Complete "… may …, at most as many as the bound". */
const sentences: Readonly<Record<LimitName, (maximum: number) => string>> = {
  DOCUMENT_CHARS: (maximum) => `A document may have ${maximum} characters at most.`,
  TOKENS: (maximum) => `A document may have ${maximum} tokens at most.`,
  OPERATIONS: (maximum) => `A document may have ${maximum} operations at most.`,
  FRAGMENTS: (maximum) => `A document may have ${maximum} fragments at most.`,
  SELECTIONS: (maximum) =>
    `An operation may have ${maximum} fields and fragments at most, each counted wherever a fragment brings it.`,
  COMPARISONS: (maximum) =>
    `A document may select the same fields so often that ${maximum} pairs of them are compared at most. Select a field once.`,
  DEPTH: (maximum) => `An operation may be nested ${maximum} fields deep at most.`,
  ALIASES: (maximum) => `An operation may have ${maximum} aliases at most.`,
  DIRECTIVES: (maximum) => `An operation may have ${maximum} directives at most.`,
  ROOT_FIELDS: (maximum) => `An operation may ask for ${maximum} fields of the root at most.`,
  VALUE_DEPTH: (maximum) => `A value or type in a document may be nested ${maximum} levels deep at most.`,
  FIELD_VALUES: (maximum) =>
    `An operation may return ${maximum} field values at most; this one could return more. Ask for smaller pages.`,
  VARIABLE_DEPTH: (maximum) => `Variables may be nested ${maximum} levels deep at most.`,
  VARIABLE_VALUES: (maximum) => `Variables may hold ${maximum} values at most.`,
};

/** The refusal of an operation that asks for more than is allowed: which limit it is, and where it lies. */
export function limitExceeded(limit: LimitName, maximum: number): GraphQLError {
  const detail: ErrorDetails['OPERATION_LIMIT_EXCEEDED'] = { limit, maximum };
  return new GraphQLError(sentences[limit](maximum), {
    extensions: { ...detail, code: 'OPERATION_LIMIT_EXCEEDED' },
  });
}

import { type ErrorCode, type ErrorDetails, errorCatalogue } from '../errors/error-catalogue.gen.ts';

/** An error as a member of a union: an object of the GraphQL type of its code, with the fields of its detail. */
export interface ErrorResult {
  readonly __typename: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a client sees of an error of the catalogue where a union has a member for it. */
export function errorResult<Code extends ErrorCode>(code: Code, detail: ErrorDetails[Code]): ErrorResult {
  const { typeName, publicMessage } = errorCatalogue[code];
  return { ...detail, __typename: typeName, code, message: publicMessage };
}

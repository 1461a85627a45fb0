/** What an operation may ask for. Whatever is beyond is refused with OPERATION_LIMIT_EXCEEDED before it is planned. */
export interface OperationLimits {
  /** UTF-16 units of a document's text: comments and blanks are no tokens, but are read as well. */
  readonly maxDocumentChars: number;
  /** A text of more tokens is refused before it is read to its end. */
  readonly maxTokens: number;
  /** Operations in a document. */
  readonly maxOperations: number;
  /** Fragments that a document defines. graphql-js compares each with each. */
  readonly maxFragments: number;
  /** Fields, spreads and inline fragments of an operation; those of a fragment count wherever it is spread. */
  readonly maxSelections: number;
  /** Pairs of selections of a document that graphql-js compares, as they have one name in one place of the answer. */
  readonly maxComparisons: number;
  /** Fields within fields of an operation. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** Lists and objects within each other in a document's values, and lists in the types of its variables. */
  readonly maxValueDepth: number;
  /** Field values that an answer could have, its lists as long as they are asked for. */
  readonly maxFieldValues: number;
  /** Items of a list that says nothing of its length. */
  readonly assumedListSize: number;
  /** Lists and objects within each other in a request's variables. */
  readonly maxVariableDepth: number;
  /** Values in a request's variables: numbers, texts, lists, objects. */
  readonly maxVariableValues: number;
}

/**
 * The README's largest query is nested 14 deep and has 19 selections; the introspection of tools is nested 15 deep. What
 * is within all of them keeps the gateway's thread busy for less than 50 ms; the fuzz test shows it.
 */
export const defaultOperationLimits: OperationLimits = {
  maxDocumentChars: 131_072,
  maxTokens: 10_000,
  maxOperations: 10,
  maxFragments: 200,
  maxSelections: 1_000,
  maxComparisons: 10_000,
  maxDepth: 25,
  maxAliases: 100,
  maxDirectives: 100,
  maxRootFields: 50,
  maxValueDepth: 16,
  maxFieldValues: 100_000,
  assumedListSize: 10,
  maxVariableDepth: 16,
  maxVariableValues: 10_000,
};

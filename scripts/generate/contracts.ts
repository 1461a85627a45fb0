/** The type of a detail's field, in the terms of GraphQL: `int32` is `Int`, `*_id` is `ID`, messages by name. */
export interface DetailField {
  /** Camel case, as in TypeScript and GraphQL. */
  readonly name: string;
  /** `Int`, `Cents`, `String`, `ID`, `Boolean`, `DateTime` or the name of a value message. */
  readonly type: string;
  readonly list: boolean;
  readonly nullable: boolean;
  readonly description: string;
}

/** A message of tiffin.error.v1: the detail of a code, or a value inside a detail. */
export interface DetailMessage {
  readonly typeName: string;
  readonly comment: string;
  readonly fields: readonly DetailField[];
}

/** What the proto says about one error code. */
export interface CodeEntry {
  /** Without the enum's prefix: `OUT_OF_STOCK`. */
  readonly code: string;
  readonly number: number;
  readonly comment: string;
  readonly deprecated: boolean;
  /** Canonical gRPC status number. */
  readonly status: number;
  /** Canonical gRPC status name: `FAILED_PRECONDITION`. */
  readonly statusName: string;
  readonly retryable: boolean;
  readonly httpStatus: number;
  readonly publicMessage: string;
  readonly infrastructure: boolean;
  readonly edge: boolean;
  /** Returned by the rpcs whose request has an idempotency key. */
  readonly keyed: boolean;
  /** Of the detail message: `OutOfStock`. */
  readonly typeName: string;
  readonly detail: DetailMessage;
}

export interface RpcEntry {
  /** `tiffin.shop.v1.ShopService` */
  readonly service: string;
  /** `AddReview` */
  readonly name: string;
  /** `/tiffin.shop.v1.ShopService/AddReview` */
  readonly path: string;
  /** Whether its request has an `idempotency_key`. */
  readonly takesKey: boolean;
  /** Whether it has `idempotency_level = NO_SIDE_EFFECTS`. */
  readonly onlyReads: boolean;
  /** Declared by `may_return`, in the order of the proto; then the keyed codes where the request has a key. */
  readonly codes: readonly string[];
  /** The GraphQL type of its mutation's success: `AddReviewSuccess`, unless `success_type` says otherwise. */
  readonly successType: string;
}

/** Everything that the generators take from the proto files. */
export interface Contracts {
  readonly codes: readonly CodeEntry[];
  /** Messages that stand inside a detail: FieldViolation. */
  readonly values: readonly DetailMessage[];
  readonly rpcs: readonly RpcEntry[];
}

/** INTERNAL is what the undeclared becomes, and CANCELLED has nobody left to read it. */
export const NEVER_DECLARED: ReadonlySet<string> = new Set(['INTERNAL', 'CANCELLED']);

/** A mistake in the contracts that no generator can work around. Each problem is a sentence. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The contracts are not consistent:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

import type { CodeEntry, Contracts } from './contracts.ts';
import { headerOf } from './header.ts';

/** lib/errors/error-catalogue.gen.ts: what the code knows about each error code. */
export function errorCatalogue(contracts: Contracts): string {
  const { codes } = contracts;
  const types = codes.map((entry) => entry.typeName).sort();
  return `${headerOf('proto/tiffin/error/v1/error.proto')}
import type { MessageFns } from '@tiffin/proto/gen/tiffin/error/v1/error';
import {
${types.map((type) => `  ${type},`).join('\n')}
} from '@tiffin/proto/gen/tiffin/error/v1/error';

/** Every code that an AppError can carry. */
export type ErrorCode =
${codes.map((entry) => `  | '${entry.code}'`).join('\n')};

/** The typed detail of each code. */
export interface ErrorDetails {
${codes.map((entry) => `  ${entry.code}: ${entry.typeName};`).join('\n')}
}

export interface ErrorSpec<Code extends ErrorCode = ErrorCode> {
  /** Name of the detail message and of the GraphQL type. */
  readonly typeName: string;
  /** Canonical gRPC status number. */
  readonly status: number;
  /** The same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** HTTP status where the error answers a whole HTTP request. */
  readonly httpStatus: number;
  /** Safe to show to anybody. */
  readonly publicMessage: string;
  /** Any rpc may return it, and every mutation's union contains it. */
  readonly infrastructure: boolean;
  /** Only the gateway's edge answers with it; no rpc may. */
  readonly edge: boolean;
  /** Any rpc whose request has an idempotency key may return it. */
  readonly keyed: boolean;
  /** Codec of the detail message. */
  readonly detail: MessageFns<ErrorDetails[Code]>;
}

export const errorCatalogue = {
${codes.map(specOf).join('\n')}
} as const satisfies { [Code in ErrorCode]: ErrorSpec<Code> };

/** Codes that any rpc may return without declaring them. */
export type InfrastructureCode =
${codes
  .filter((entry) => entry.infrastructure)
  .map((entry) => `  | '${entry.code}'`)
  .join('\n')};
`;
}

function specOf(entry: CodeEntry): string {
  return `  ${entry.code}: {
    typeName: '${entry.typeName}',
    status: ${entry.status},
    retryable: ${entry.retryable},
    httpStatus: ${entry.httpStatus},
    publicMessage: ${JSON.stringify(entry.publicMessage)},
    infrastructure: ${entry.infrastructure},
    edge: ${entry.edge},
    keyed: ${entry.keyed},
    detail: ${entry.typeName},
  },`;
}

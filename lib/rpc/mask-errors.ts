import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import { maskUndeclared } from '../errors/mask-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Interceptor } from './interceptor.ts';
import type { RpcMetrics } from './rpc-metrics.ts';

/** Which codes each rpc may return, by path: `rpcErrorCodes` of @tiffin/proto/gen/rpc-error-codes. */
export type DeclaredCodes = { readonly [path: string]: readonly ErrorCode[] };

/** Turns whatever a handler throws into a declared AppError, or into INTERNAL, and counts what was not declared. */
export function maskErrors(declaredCodes: DeclaredCodes, metrics: RpcMetrics): Interceptor {
  return (next) => async (call) => {
    try {
      return await next(call);
    } catch (thrown) {
      const declared = declaredCodes[call.method.path] ?? [];
      throw maskUndeclared(toAppError(thrown), declared, (error) =>
        metrics.undeclared(call.method, error.code),
      );
    }
  };
}

import { AppError } from '../errors/app-error.ts';
import { publicForm } from '../errors/mask-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { RpcServer } from './rpc-server.ts';
import type { RpcTransport } from './rpc-transport.ts';

/**
 * Links a client to a server in the same process, without a socket and without encoding: messages go by reference,
 * which is safe because both sides treat them as read-only. The interceptors of both sides run as over gRPC, and errors
 * cross in their public form only, so nothing arrives that gRPC would not carry.
 */
export function createInProcessTransport(server: RpcServer): RpcTransport {
  let isClosed = false;
  return {
    async call({ method, request, context }) {
      if (isClosed) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      try {
        return await server.dispatch(method.path, request, context);
      } catch (thrown) {
        const error = toAppError(thrown);
        throw error.isRetried ? publicForm(error).asRetried() : publicForm(error);
      }
    },
    close() {
      isClosed = true;
    },
  };
}

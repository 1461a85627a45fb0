import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { anonymous } from '../identity/identity.ts';
import type { CallContext } from './call-context.ts';
import { type RpcCall, rpcMethod } from './interceptor.ts';

/** A call for tests, with no deadline unless one is given. */
export function testCall(context: Partial<CallContext> = {}): RpcCall {
  return {
    method: rpcMethod(ShopServiceService.addReview),
    request: {},
    context: {
      requestId: 'test',
      identity: anonymous,
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      ...context,
    },
  };
}

import type { ServiceIdentity } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';

/** Users may not move what orders hold; this service does it for them. */
export const orderService: ServiceIdentity = { kind: 'service', name: 'order' };

/** The same call, made by this service and not by the user. */
export function onOwnBehalf({ requestId, deadlineMs, signal, span }: CallContext): CallContext {
  return { requestId, identity: orderService, deadlineMs, signal, span };
}

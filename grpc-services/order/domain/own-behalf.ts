import type { ServiceIdentity } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';

/** Users may not move what orders hold; this service does it for them. */
export const orderService: ServiceIdentity = { kind: 'service', name: 'order' };

/** The same call, made by this service and not by the user. */
export function onOwnBehalf(call: CallContext): CallContext {
  const { requestId, deadlineMs, signal, span, freshness, onDegraded } = call;
  return { requestId, identity: orderService, deadlineMs, signal, span, freshness, onDegraded };
}

import type { RpcCall } from './interceptor.ts';

/**
 * Carries calls to a server. Every implementation passes the suite in transport.contract.ts: it settles a call at its
 * `deadlineMs` at the latest and soon after its signal aborts, and lets nothing of an error through but its public form.
 * The handler reads as fresh as the caller said, and what it says of a degraded answer the caller knows when it has the
 * answer; of a call that fails it may know or not.
 */
export interface RpcTransport {
  call(call: RpcCall): Promise<unknown>;
  /** Gives its connections up. Calls made afterwards reject. */
  close(): void;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { Identity } from '../identity/identity.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Span } from '../telemetry/span.ts';
import { traceparentHeader } from '../telemetry/traceparent.ts';
import type { StartSpan } from '../telemetry/tracing.ts';

/** How long the caller waits for the answer, in whole milliseconds. */
export const requestTimeoutHeader = 'x-request-timeout-ms';

export interface RequestBudget {
  /** The budget of a request that names none, in milliseconds. */
  readonly defaultTimeoutMs: number;
  /** No request gets more than this, in milliseconds. */
  readonly maxTimeoutMs: number;
}

/** A call context that lasts as long as an HTTP request. Dispose of it once the answer is made. */
export interface RequestCall extends Disposable {
  readonly call: CallContext;
}

/**
 * The call context of an HTTP request: its deadline from `x-request-timeout-ms`, its signal aborted at the deadline
 * or when the client disconnects. Where `startSpan` traces it, its span lasts until the answer is sent.
 * @throws AppError INVALID_ARGUMENT for a timeout header that is not a whole number above zero.
 */
export function requestCall(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  clock: Clock,
  budget: RequestBudget,
  startSpan?: StartSpan,
): RequestCall {
  const timeoutMs = Math.min(
    requestedTimeoutMs(request.headers) ?? budget.defaultTimeoutMs,
    budget.maxTimeoutMs,
  );
  const abort = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => abort.abort(new AppError('DEADLINE_EXCEEDED', {})));
  const onClose = () => {
    if (!reply.raw.writableFinished) abort.abort(new AppError('CANCELLED', {}));
  };
  reply.raw.once('close', onClose);
  // The client may have left while its identity was checked: then 'close' has been and does not come again.
  if (reply.raw.destroyed) onClose();
  const deadlineMs = clock.now() + timeoutMs;
  const span = startSpan && requestSpan(request, reply, startSpan);
  return {
    call: { requestId: request.id, identity, deadlineMs, signal: abort.signal, span },
    [Symbol.dispose]() {
      timer.cancel();
      reply.raw.off('close', onClose);
    },
  };
}

function requestSpan(request: FastifyRequest, reply: FastifyReply, startSpan: StartSpan): Span | undefined {
  const { method, routeOptions, headers, id } = request;
  const route = routeOptions.url ?? '';
  const span = startSpan(`${method} ${route}`, headers[traceparentHeader], {
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': route, 'tiffin.request_id': id },
  });
  if (!span) return undefined;
  const end = () => {
    const { headersSent, statusCode } = reply.raw;
    if (headersSent) span.set({ 'http.response.status_code': statusCode });
    // By OpenTelemetry's conventions a server's 4xx is an answer.
    if (headersSent && statusCode >= 500) span.fault(String(statusCode));
    span.end();
  };
  // Only then is the status known, also of what throws. 'close' comes for every answer, sent or not.
  if (reply.raw.destroyed) end();
  else reply.raw.once('close', end);
  return span;
}

function requestedTimeoutMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[requestTimeoutHeader];
  if (text === undefined) return undefined;
  const timeoutMs = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (timeoutMs > 0) return timeoutMs;
  throw new AppError('INVALID_ARGUMENT', {
    violations: [
      { field: requestTimeoutHeader, expected: 'must be a whole number of milliseconds above zero' },
    ],
  });
}

import type { Clock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import { type RequestBudget, requestCall } from '@tiffin/lib/http/request-call';
import type { AccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { tokenExpiryMs } from '@tiffin/lib/identity/token-expiry';
import { liveTopic, maxTopicLength } from '@tiffin/lib/live/live-signals';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import type { Tracing } from '@tiffin/lib/telemetry/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { authenticate } from '../authenticate.ts';
import { refusedRequest, type ShownErrors } from '../client-error.ts';
import type { Graph } from '../graph.ts';
import { mutationOverGet } from '../graphql-handler.ts';
import type { KnownDocuments } from '../known-documents.ts';
import { clientAddress } from '../limits/client-address.ts';
import type { ClientLimits } from '../limits/client-limits.ts';
import type { ReadyOperation } from '../operation-cache.ts';
import { acceptedBy } from './accepts.ts';
import { EventStream } from './event-stream.ts';
import type { LiveSettings } from './live-settings.ts';
import { OpenSubscriptions } from './open-subscriptions.ts';
import { type Asked, OperationRunner } from './operation-runner.ts';
import { readParameters } from './read-parameters.ts';
import { RunGate } from './run-gate.ts';
import { startSubscription } from './subscription.ts';
import { liveId, rootFields } from './twin-query.ts';

export interface LiveHandlerOptions {
  readonly graph: Graph;
  readonly documents: KnownDocuments;
  readonly clients?: ClientLimits | undefined;
  readonly tokens?: AccessTokenVerifier;
  readonly errors: ShownErrors;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly budget: RequestBudget;
  readonly tracing?: Pick<Tracing, 'rootSpan'>;
  readonly isReady: () => boolean;
}

/** Text and variables of a subscription are kept while it is open. */
const maxAskedChars = 16_384;
/** Clients that take no `complete` for so long when the process stops are cut off. */
const maxDrainMs = 1_000;
const retryAfterMs = 5_000;

/**
 * GraphQL over server-sent events, in the protocol's distinct connections mode: each operation is a request of its own
 * that accepts `text/event-stream`.
 */
export class LiveHandler {
  readonly #options: LiveHandlerOptions;
  readonly #settings: LiveSettings;
  readonly #runner: OperationRunner;
  readonly #open: OpenSubscriptions;
  readonly #gate: RunGate;
  readonly #events;

  constructor(options: LiveHandlerOptions, settings: LiveSettings) {
    const { clock, metrics } = options;
    this.#options = options;
    this.#settings = settings;
    this.#runner = new OperationRunner(options);
    this.#open = new OpenSubscriptions(settings, clock, metrics);
    this.#gate = new RunGate(settings.maxRuns);
    this.#events = metrics.counter({
      name: 'tiffin_live_events_total',
      help: 'Results that subscriptions sent.',
    });
    const waiting = metrics.gauge({
      name: 'tiffin_live_queries_waiting',
      help: 'Queries of subscriptions that wait for their turn.',
    });
    metrics.beforeText(() => waiting.set({}, this.#gate.load.waiting));
  }

  /**
   * Answers a request that accepts events. False where JSON is what the client gets: it accepts that as well, and asks
   * for no subscription.
   * @throws AppError where the whole request is refused.
   */
  async handle(request: FastifyRequest, reply: FastifyReply, identity: Identity): Promise<boolean> {
    const accepted = acceptedBy(request.headers.accept);
    if (!accepted.events) return false;
    const { clock, budget, tracing } = this.#options;
    using requested = requestCall(request, reply, identity, clock, budget, tracing?.rootSpan);
    const asked = await this.#askedBy(request).catch((error: Error) => error);
    if (asked instanceof Error) {
      if (!accepted.json) this.#refuse(reply, asked);
      return !accepted.json;
    }
    const { clients, documents } = this.#options;
    const onNew = () => documents.isTrusted(asked.text) || clients?.countNewDocument(identity, request.ip);
    const found = await this.#runner.find(asked, requested.call, onNew);
    const isSubscription = 'prepared' in found && found.node.operation === OperationTypeNode.SUBSCRIPTION;
    if (accepted.json && !isSubscription) return false;
    if ('errors' in found) this.#sendOnce(reply, found);
    else if (isSubscription) this.#subscribe(request, reply, identity, asked, found);
    else await this.#answer(request, reply, asked, found, requested.call);
    return true;
  }

  /** @throws Error that `#refuse` takes. */
  async #askedBy(request: FastifyRequest): Promise<Asked> {
    const parameters = await readParameters(request, this.#options.documents);
    if (!('query' in parameters)) throw new UnreadableRequest(parameters[1].status);
    const { query, operationName, variables } = parameters;
    return { text: query, operationName: operationName ?? undefined, variables: variables ?? {} };
  }

  #refuse(reply: FastifyReply, error: Error): void {
    const result = { errors: [refusedRequest(error)] };
    // About the operation, like what is wrong with its text.
    if (error instanceof GraphQLError) {
      this.#sendOnce(reply, result);
      return;
    }
    reply
      .code(error instanceof UnreadableRequest ? error.status : 400)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(result));
  }

  /** Completes all subscriptions and refuses further ones. */
  drain(): Promise<void> {
    return this.#open.drain(maxDrainMs);
  }

  /** A query or mutation: one result, and complete. */
  async #answer(
    { method }: FastifyRequest,
    reply: FastifyReply,
    asked: Asked,
    { node }: ReadyOperation,
    call: CallContext,
  ): Promise<void> {
    if (method === 'GET' && node.operation === OperationTypeNode.MUTATION) {
      const [text, { status, headers }] = mutationOverGet();
      reply
        .code(status)
        .headers(headers ?? {})
        .send(text);
      return;
    }
    this.#sendOnce(reply, await this.#runner.run(asked, call));
  }

  #sendOnce(reply: FastifyReply, result: object): void {
    const stream = this.#openStream(reply);
    stream.next(JSON.stringify(result));
    stream.complete();
  }

  #openStream(reply: FastifyReply): EventStream {
    reply.hijack();
    const options = { response: reply.raw, headers: reply.getHeaders(), clock: this.#options.clock };
    return new EventStream({ ...options, onGone: () => {} });
  }

  #subscribe(
    request: FastifyRequest,
    reply: FastifyReply,
    identity: Identity,
    asked: Asked,
    { document, node }: ReadyOperation,
  ): void {
    const { isReady, clock, logger } = this.#options;
    if (asked.text.length + JSON.stringify(asked.variables).length > maxAskedChars) {
      const message = `A subscription may have ${maxAskedChars} characters at most, its variables included.`;
      this.#sendOnce(reply, { errors: [refusedRequest(new GraphQLError(message))] });
      return;
    }
    if (!isReady()) throw new AppError('UNAVAILABLE', { retryAfterMs });
    const release = this.#open.reserve(ownerOf(identity, request));
    const [field] = rootFields(document, node);
    const topic = liveTopic(field?.name.value ?? '', liveId(document, node, asked.variables));
    reply.hijack();
    startSubscription({
      ...this.#settings,
      response: reply.raw,
      headers: reply.getHeaders(),
      open: this.#open,
      release,
      topic: topic.length > maxTopicLength ? undefined : topic,
      read: (signal) => this.#gate.run(signal, () => this.#read(request, asked, signal)),
      onFailure(error) {
        if (AppError.is(error, 'UNAUTHENTICATED')) return 'token';
        logger.error({ requestId: request.id, err: error }, 'subscription failed');
        return 'failed';
      },
      onSent: () => this.#events.inc({}),
      clock,
      end: this.#endOf(request),
    });
  }

  /** The token is checked each time, as it would be if the client asked again. */
  async #read({ id, headers }: FastifyRequest, asked: Asked, stop: AbortSignal): Promise<string> {
    const { tokens, clock, budget, tracing, logger } = this.#options;
    const identity = tokens ? await authenticate(headers.authorization, tokens) : anonymous;
    const abort = new AbortController();
    const onStop = () => abort.abort(new AppError('CANCELLED', {}));
    const timeoutMs = budget.defaultTimeoutMs;
    const timer = clock.setTimer(timeoutMs, () => abort.abort(new AppError('DEADLINE_EXCEEDED', {})));
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    const span = tracing?.rootSpan('live query', undefined, { attributes: { 'tiffin.request_id': id } });
    const call = {
      requestId: id,
      identity,
      deadlineMs: clock.now() + timeoutMs,
      signal: abort.signal,
      span,
    };
    try {
      return JSON.stringify(await this.#runner.run(asked, call));
    } catch (error) {
      // Of this run: the next one may go well.
      const failure = toAppError(error);
      if (failure.code === 'INTERNAL') logger.error({ requestId: id, err: error }, 'live query failed');
      return JSON.stringify({ errors: [{ message: failure.message, extensions: errorExtensions(failure) }] });
    } finally {
      timer.cancel();
      stop.removeEventListener('abort', onStop);
      span?.end();
    }
  }

  #endOf({ headers }: FastifyRequest) {
    const { clock, tokens } = this.#options;
    const { maxAgeMs, random } = this.#settings;
    // Subscriptions that began together, after a restart, shall not all come back together.
    const ageMs = maxAgeMs * (1 - 0.1 * random());
    const expiryMs = tokens ? tokenExpiryMs(headers.authorization) - clock.now() : Number.POSITIVE_INFINITY;
    return expiryMs < ageMs
      ? ({ afterMs: Math.max(0, expiryMs), reason: 'token' } as const)
      : ({ afterMs: ageMs, reason: 'deadline' } as const);
  }
}

const ownerOf = (identity: Identity, { ip }: FastifyRequest): string =>
  identity.kind === 'user' ? `user:${identity.userId}` : `address:${clientAddress(ip)}`;

/** A request of a media type or method that is none of GraphQL's. */
class UnreadableRequest extends Error {
  readonly status: number;

  constructor(status: number) {
    super('Send application/json.');
    this.status = status;
  }
}

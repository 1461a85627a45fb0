import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { AccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import type { LiveSignals, SignalPublisher } from '@tiffin/lib/live/live-signals';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import type { FastifyInstance } from 'fastify';
import type { Executor } from '../executor.ts';
import { createGatewayServer, type GatewayServerOptions } from '../gateway-server.ts';
import type { LiveSettings } from '../live/live-settings.ts';
import { type EventClient, type EventRequest, openEvents } from './event-client.ts';
import { loadExecutors } from './executors.ts';
import { graphOn } from './graph-on.ts';
import { createLiveOrders, type LiveOrders } from './live-orders.ts';

/** Signals that go no further than a test. */
export class TestSignals implements LiveSignals, SignalPublisher {
  readonly #listeners = new Map<string, Set<() => void>>();

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  publish(topic: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener();
  }

  subscribe(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async stop(): Promise<void> {}
}

export interface LiveBed {
  readonly clock: VirtualClock;
  readonly signals: TestSignals;
  readonly orders: LiveOrders;
  readonly metrics: Metrics;
  readonly app: FastifyInstance;
  readonly url: string;
  /** Subscribes to an order's status unless the request says something else. */
  open(request?: EventRequest): Promise<EventClient>;
  close(): Promise<void>;
}

export const orderStatus = 'subscription ($id: ID!) { order(id: $id) { status } }';

export interface LiveBedOptions
  extends Partial<Pick<GatewayServerOptions, 'isReady' | 'tokens' | 'documents' | 'corsOrigins'>> {
  readonly live?: Partial<LiveSettings>;
  readonly executor?: 'compiled' | 'apollo';
  readonly orders?: LiveOrders;
}

/** Tokens are the ids of their users. */
export const idTokens: AccessTokenVerifier = {
  async verify(token) {
    if (token === 'bad') throw new AppError('UNAUTHENTICATED', {});
    return { kind: 'user', userId: token, roles: ['CUSTOMER'] };
  },
};

/** A gateway that listens, over a graph of orders, on a clock that stands still. */
export async function startLiveBed(options: LiveBedOptions = {}): Promise<LiveBed> {
  const clock = new VirtualClock();
  const signals = new TestSignals();
  const orders = options.orders ?? createLiveOrders();
  const executors = await loadExecutors(orders.supergraphSdl, orders.subgraphOf, clock);
  const metrics = createMetrics();
  const app = createGatewayServer({
    graph: graphOn(executors[options.executor ?? 'compiled'] as Executor),
    tokens: idTokens,
    errors: 'catalogue',
    clock,
    logger: silentLogger,
    metrics,
    isReady: () => true,
    budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 10_000 },
    newRequestId: () => 'made-here',
    maxBodyBytes: 100_000,
    ...options,
    live: { signals, random: () => 0.5, ...options.live },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`;
  return {
    clock,
    signals,
    orders,
    metrics,
    app,
    url,
    open: (request = { body: { query: orderStatus, variables: { id: '1' } } }) => openEvents(url, request),
    async close() {
      await app.close();
      await executors.stop();
    },
  };
}

/** Lets sockets and promises go on until something holds; a test has a timeout for when it never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Lets what is on its way arrive, where a test says that nothing does. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

/** One metric's line, without its name. */
export async function metricOf(metrics: Metrics, line: string): Promise<number> {
  const found = (await metrics.text()).split('\n').find((one) => one.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}

import type { FormattedExecutionResult } from 'graphql';
import { anonymous, type Identity } from '../identity/identity.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { OperationScope } from '../subgraph/operation-scope.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { silentLogger } from './silent-logger.ts';

/** Some functions of some clients. */
export type Fakes<Clients> = { readonly [Client in keyof Clients]?: Partial<Clients[Client]> };

/** An rpc that the subgraph made. */
export interface RecordedCall {
  /** `shop.batchGetShops` */
  readonly rpc: string;
  readonly request: unknown;
  readonly context: CallContext;
}

export interface SubgraphHarness {
  /** Runs one request as one operation, and answers as it would stand on the wire. */
  execute(
    query: string,
    options?: { variables?: Record<string, unknown>; identity?: Identity },
  ): Promise<FormattedExecutionResult<Record<string, unknown>>>;
  /** Every rpc so far, in order. */
  readonly calls: readonly RecordedCall[];
  /** What the subgraph counted. */
  readonly metrics: Metrics;
}

/**
 * A subgraph on fake clients, without sockets. An rpc without a fake rejects with a sentence that names it, which
 * surfaces as an Internal error.
 */
export function createSubgraphHarness<Clients extends object>(
  create: (deps: { clients: Clients; logger: Logger; metrics: Metrics }) => Subgraph,
  fakes: Fakes<Clients>,
): SubgraphHarness {
  const calls: RecordedCall[] = [];
  const metrics = createMetrics();
  const subgraph = create({ clients: recordingClients(fakes, calls), logger: silentLogger, metrics });
  return {
    calls,
    metrics,
    async execute(query, { variables, identity = anonymous } = {}) {
      const context: CallContext = {
        requestId: 'harness',
        identity,
        deadlineMs: Number.MAX_SAFE_INTEGER,
        signal: new AbortController().signal,
      };
      const result = await subgraph.execute({ query, variables }, context, new OperationScope());
      return JSON.parse(JSON.stringify(result));
    },
  };
}

type Rpc = (request: unknown, context: CallContext) => Promise<unknown>;

/** Clients that note each call and answer with the fake of the same name. */
function recordingClients<Clients extends object>(fakes: Fakes<Clients>, calls: RecordedCall[]): Clients {
  const client = (clientName: string, methods: Readonly<Record<string, Rpc>>) =>
    new Proxy(methods, {
      get: (_methods, method: string) => async (request: unknown, context: CallContext) => {
        const rpc = `${clientName}.${method}`;
        calls.push({ rpc, request, context });
        const fake = methods[method];
        if (!fake) throw new Error(`The test has no fake for ${rpc}.`);
        return fake(request, context);
      },
    });
  return new Proxy({} as Clients, {
    get: (_clients, name: string) =>
      client(name, ((fakes as Record<string, unknown>)[name] ?? {}) as Record<string, Rpc>),
  });
}

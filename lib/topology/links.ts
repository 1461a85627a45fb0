import { repeatableRpcs } from '@tiffin/proto/gen/rpc-error-codes';
import type { Clock } from '../clock/clock.ts';
import type { InternalTokenSigner } from '../identity/internal-token.ts';
import { createGrpcTransport } from '../rpc/grpc-transport.ts';
import { createInProcessTransport } from '../rpc/in-process-transport.ts';
import type { ObserveOptions } from '../rpc/observe-calls.ts';
import { RetryBudget } from '../rpc/retry-budget.ts';
import { createRpcClient } from '../rpc/rpc-client.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { RpcTransport } from '../rpc/rpc-transport.ts';
import type { RpcClient, ServiceDefinition } from '../rpc/service.ts';
import { createRemoteSubgraph, type RemoteSubgraph } from '../subgraph/remote-subgraph.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { InternalTls } from '../tls/internal-tls.ts';

export interface LinksOptions extends ObserveOptions {
  readonly logger: Logger;
  /** Where a component listens that does not run in this process. */
  readonly urlOf: (component: string) => string | undefined;
  readonly tokens: InternalTokenSigner;
  /** Encrypts the links to other processes. */
  readonly tls?: InternalTls | undefined;
  readonly clock: Clock;
  /** The most that one rpc may take of its caller's budget. */
  readonly timeoutMs: number;
}

/** How the components of this process reach each other and those of other processes. */
export interface Links {
  /** Makes a service of this process reachable without a socket. */
  addService(name: string, server: RpcServer): void;
  addSubgraph(component: string, subgraph: Subgraph): void;
  /** A client of the service that a definition belongs to. The service may start later than its callers. */
  client<Service extends ServiceDefinition>(definition: Service): RpcClient<Service>;
  subgraph(component: string): Subgraph;
  close(): Promise<void>;
}

export function createLinks(options: LinksOptions): Links {
  const services = new Map<string, RpcTransport>();
  const retryBudgets = new Map<string, RetryBudget>();
  const subgraphs = new Map<string, Subgraph>();
  const remotes: RemoteSubgraph[] = [];

  function transportOf(service: string): RpcTransport {
    const known = services.get(service);
    if (known) return known;
    const address = options.urlOf(service);
    if (address === undefined) throw new Error(`The service ${service} neither runs here nor has a URL.`);
    const { tokens, tls, clock } = options;
    const transport = createGrpcTransport({ address, tokens, tls, clock });
    services.set(service, transport);
    return transport;
  }

  /** All clients of a service share one: what a service can bear does not grow with their number. */
  function retryBudgetOf(service: string): RetryBudget {
    const budget = retryBudgets.get(service) ?? new RetryBudget(options.clock);
    retryBudgets.set(service, budget);
    return budget;
  }

  return {
    addService: (name, server) => void services.set(name, createInProcessTransport(server)),
    addSubgraph: (component, subgraph) => void subgraphs.set(component, subgraph),
    client(definition) {
      const name = serviceNameOf(definition);
      const transport: RpcTransport = { call: (call) => transportOf(name).call(call), close() {} };
      const retries = { repeatableRpcs, budget: retryBudgetOf(name) };
      return createRpcClient(definition, transport, { ...options, retries });
    },
    subgraph(component) {
      const known = subgraphs.get(component);
      if (known) return known;
      const url = options.urlOf(component);
      if (url === undefined) throw new Error(`The subgraph ${component} neither runs here nor has a URL.`);
      const remote = createRemoteSubgraph({ ...options, name: component, url: new URL(url) });
      remotes.push(remote);
      return remote;
    },
    async close() {
      for (const transport of services.values()) transport.close();
      await Promise.all(remotes.map((remote) => remote.close()));
    },
  };
}

/** `/tiffin.shop.v1.ShopService/AddReview` belongs to the service component `shop`. */
function serviceNameOf(definition: ServiceDefinition): string {
  const path = Object.values(definition)[0]?.path ?? '';
  const name = /^\/tiffin\.(\w+)\./.exec(path)?.[1];
  if (!name) throw new Error(`The rpc ${path} is in no package tiffin.<service>.`);
  return name;
}

import { randomUUID } from 'node:crypto';
import { rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import type { Clock } from '../clock/clock.ts';
import type { Env } from '../config/config.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { RequestBudget } from '../http/request-call.ts';
import type { InternalTokenSigner, InternalTokenVerifier } from '../identity/internal-token.ts';
import { openIdGenerator } from '../ids/id-generator.ts';
import type { Component, Running } from '../lifecycle/lifecycle.ts';
import { createGrpcServer } from '../rpc/grpc-server.ts';
import type { ObserveOptions } from '../rpc/observe-calls.ts';
import { createRpcServer } from '../rpc/rpc-server.ts';
import type { RunningGateway, StartGateway } from '../service/gateway.ts';
import type { Platform, StartService } from '../service/service.ts';
import { createSubgraphServer } from '../subgraph/subgraph-server.ts';
import { componentLogger, type Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Engines } from './engines.ts';
import type { HttpPorts } from './http-ports.ts';
import type { Links } from './links.ts';
import type { StartReport } from './start-report.ts';
import type { StartAnySubgraph, TopologyComponent } from './topology.ts';

export interface ProcessHostOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly observe: ObserveOptions;
  readonly tracing: Tracing;
  readonly env: Env;
  readonly engines: Engines;
  readonly links: Links;
  readonly ports: HttpPorts;
  readonly tokens: InternalTokenSigner & InternalTokenVerifier;
  readonly isReady: () => boolean;
  readonly budget: RequestBudget;
  readonly host: string;
  readonly dataDir: string;
  readonly demoDataOf: (service: string) => boolean;
  /** Whether services and subgraphs listen for other processes. */
  readonly isSplit: boolean;
  /** Calls under way at a stop get this long to end. */
  readonly graceMs: number;
  readonly report: StartReport;
}

/** Runs components of the topology as parts of this process's lifecycle. */
export class ProcessHost {
  readonly #options: ProcessHostOptions;

  constructor(options: ProcessHostOptions) {
    this.#options = options;
  }

  component(name: string, component: TopologyComponent, port: number): Component {
    switch (component.kind) {
      case 'service':
        return { name, start: () => this.#startService(name, component.start, port) };
      case 'subgraph':
        return { name, start: () => this.#startSubgraph(name, component.start, port) };
      case 'gateway':
        return this.#options.ports.gateway(name, port, () => this.#startGateway(name, component.start));
    }
  }

  /** `/readyz` and `/metrics` of a process in which nothing else speaks HTTP. */
  ops(port: number): Component {
    const { logger, isReady, metrics, ports } = this.#options;
    return {
      name: 'ops',
      start: async () => {
        const http = createHttpServer({
          logger,
          isReady,
          metrics,
          newRequestId: randomUUID,
          maxBodyBytes: 1_024,
        });
        await ports.listen('ops', http, port);
        return { stop: () => ports.close(http) };
      },
    };
  }

  async #startService(name: string, start: StartService, port: number): Promise<Running> {
    const { observe, tracing, links, tokens, isSplit, host, graceMs, report } = this.#options;
    const service = await start(this.#platformOf(name));
    const server = createRpcServer({ ...observe, services: service.rpc, declaredCodes: rpcErrorCodes });
    links.addService(name, server);
    for (const note of service.notes ?? []) report.note(note);
    const grpc = isSplit ? createGrpcServer({ ...observe, server, tokens, tracing }) : undefined;
    if (grpc) report.listens(name, `${host}:${(await grpc.listen(host, port)).port}`);
    return {
      async stop() {
        await Promise.all([grpc?.drain(graceMs), server.drain(graceMs)]);
        await service.stop();
      },
    };
  }

  async #startSubgraph(name: string, start: StartAnySubgraph, port: number): Promise<Running | undefined> {
    const { links, tokens, clock, metrics, budget, isReady, isSplit, ports, tracing } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    const subgraph = await start({ client: (definition) => links.client(definition), logger, metrics });
    links.addSubgraph(name, subgraph);
    if (!isSplit) return undefined;
    const http = createSubgraphServer({
      subgraph,
      tokens,
      clock,
      logger,
      metrics,
      tracing,
      budget,
      isReady,
      newRequestId: randomUUID,
    });
    await ports.listen(name, http, port);
    return { stop: () => ports.close(http) };
  }

  #startGateway(name: string, start: StartGateway): Promise<RunningGateway> {
    const { clock, metrics, tracing, env, dataDir, budget, isReady, links } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    const subgraph = (component: string) => links.subgraph(component);
    return start({ clock, logger, metrics, tracing, env, dataDir, budget, isReady, subgraph });
  }

  #platformOf(name: string): Platform {
    const { clock, metrics, env, dataDir, demoDataOf, engines, links, report } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    return {
      clock,
      logger,
      metrics,
      env,
      dataDir,
      demoData: demoDataOf(name),
      progress: (label) => report.progress(label),
      openDatabase: (options) => engines.openDatabase(name, options),
      openIds: (database) => openIdGenerator({ database, clock, logger }),
      redis: () => engines.redis(),
      client: (definition) => links.client(definition),
    };
  }
}

import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import type { FastifyInstance } from 'fastify';
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
import type { StartGateway } from '../service/gateway.ts';
import type { Platform, StartService, StartSubgraph } from '../service/service.ts';
import { createSubgraphServer } from '../subgraph/subgraph-server.ts';
import { componentLogger, type Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Engines } from './engines.ts';
import type { Links } from './links.ts';
import { portVariable } from './process-config.ts';
import type { StartReport } from './start-report.ts';
import type { TopologyComponent } from './topology.ts';

export interface ProcessHostOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly observe: ObserveOptions;
  readonly env: Env;
  readonly engines: Engines;
  readonly links: Links;
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
        return { name, start: () => this.#startGateway(name, component.start, port) };
    }
  }

  /** `/readyz` and `/metrics` of a process in which nothing else speaks HTTP. */
  ops(port: number): Component {
    const { logger, isReady, metrics } = this.#options;
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
        await this.#listen('ops', http, port);
        return { stop: () => this.#close(http) };
      },
    };
  }

  async #startService(name: string, start: StartService, port: number): Promise<Running> {
    const { observe, links, tokens, isSplit, host, graceMs, report } = this.#options;
    const service = await start(this.#platformOf(name));
    const server = createRpcServer({ ...observe, services: service.rpc, declaredCodes: rpcErrorCodes });
    links.addService(name, server);
    for (const note of service.notes ?? []) report.note(note);
    const grpc = isSplit ? createGrpcServer({ ...observe, server, tokens }) : undefined;
    if (grpc) report.listens(name, `${host}:${(await grpc.listen(host, port)).port}`);
    return {
      async stop() {
        await Promise.all([grpc?.drain(graceMs), server.drain(graceMs)]);
        await service.stop();
      },
    };
  }

  async #startSubgraph(name: string, start: StartSubgraph, port: number): Promise<Running | undefined> {
    const { links, tokens, clock, metrics, budget, isReady, isSplit } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    const subgraph = start({ client: (definition) => links.client(definition), logger, metrics });
    links.addSubgraph(name, subgraph);
    if (!isSplit) return undefined;
    const http = createSubgraphServer({
      subgraph,
      tokens,
      clock,
      logger,
      metrics,
      budget,
      isReady,
      newRequestId: randomUUID,
    });
    await this.#listen(name, http, port);
    return { stop: () => this.#close(http) };
  }

  async #startGateway(name: string, start: StartGateway, port: number): Promise<Running> {
    const { clock, metrics, env, dataDir, budget, isReady, links } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    const subgraph = (component: string) => links.subgraph(component);
    const gateway = await start({ clock, logger, metrics, env, dataDir, budget, isReady, subgraph });
    await this.#listen(name, gateway.http, port);
    return {
      stop: async () => {
        await this.#close(gateway.http);
        await gateway.stop();
      },
    };
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

  /** Lets requests under way end; after the grace a client that is slow to send or to read is cut off. */
  async #close(http: FastifyInstance): Promise<void> {
    const { clock, graceMs } = this.#options;
    const timer = clock.setTimer(graceMs, () => http.server.closeAllConnections());
    await http.close();
    timer.cancel();
  }

  async #listen(name: string, http: FastifyInstance, port: number): Promise<void> {
    const { host, report } = this.#options;
    await http.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Error(`port ${port} on ${host} is taken: set ${portVariable(name)} to another one.`, {
        cause: error,
      });
    });
    report.listens(name, `http://${host}:${(http.server.address() as AddressInfo).port}`);
  }
}

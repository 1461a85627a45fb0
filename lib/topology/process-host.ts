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
import type { Role } from '../service/role.ts';
import type { Platform, RunningService } from '../service/service.ts';
import { createSubgraphServer } from '../subgraph/subgraph-server.ts';
import { componentLogger, type Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { type InternalTls, serverTls } from '../tls/internal-tls.ts';
import type { BackgroundWork } from './background-work.ts';
import type { Engines } from './engines.ts';
import type { HttpPorts } from './http-ports.ts';
import type { Links } from './links.ts';
import type { StartReport } from './start-report.ts';
import type { ServiceComponent, StartAnySubgraph, TopologyComponent } from './topology.ts';

export interface ProcessHostOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly observe: ObserveOptions;
  readonly tracing: Tracing;
  readonly env: Env;
  readonly engines: Engines;
  readonly links: Links;
  /** Owns the jobs and tasks of the services. */
  readonly background: BackgroundWork;
  readonly ports: HttpPorts;
  readonly tokens: InternalTokenSigner & InternalTokenVerifier;
  /** Encrypts the links between processes. */
  readonly internalTls: InternalTls | undefined;
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

  /** `roles` are those of a service that the process is asked for. */
  component(name: string, component: TopologyComponent, roles: readonly Role[], port: number): Component {
    switch (component.kind) {
      case 'service':
        return { name, start: (signal) => this.#startService(name, component, roles, port, signal) };
      case 'subgraph':
        return { name, start: () => this.#startSubgraph(name, component.start, port) };
      case 'gateway':
        return this.#options.ports.gateway(name, port, () => this.#startGateway(name, component.start));
    }
  }

  /** The jobs and tasks of all services of the process; it starts after them. */
  background(): Component {
    return this.#options.background.component(this.#options.engines);
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

  async #startService(
    name: string,
    component: ServiceComponent,
    roles: readonly Role[],
    port: number,
    signal: AbortSignal,
  ): Promise<Running> {
    const { background, report } = this.#options;
    const service = await component.start(this.#platformOf(name));
    if (!hasRoles(service, component.roles)) {
      await service.stop();
      throw new Error(
        `its parts are not the roles that the topology gives it: ${component.roles.join(', ')}.`,
      );
    }
    const answering = roles.includes('api') ? await this.#answer(name, service, port) : undefined;
    background.add({
      jobs: roles.includes('jobs') ? (service.jobs ?? []) : [],
      tasks: roles.includes('tasks') ? await background.prepare(service.tasks ?? [], signal) : [],
      flush: service.flush,
    });
    for (const note of service.notes ?? []) report.note(note);
    return {
      async stop() {
        await answering?.stop();
        await service.stop();
      },
    };
  }

  /** The service answers its rpcs: within the process, and where that is a part of a platform, by gRPC too. */
  async #answer(name: string, service: RunningService, port: number): Promise<Running> {
    const { observe, tracing, links, tokens, isSplit, host, graceMs, report, internalTls } = this.#options;
    const server = createRpcServer({ ...observe, services: service.rpc, declaredCodes: rpcErrorCodes });
    links.addService(name, server);
    const grpc = isSplit
      ? createGrpcServer({ ...observe, server, tokens, tracing, tls: serverTls(internalTls) })
      : undefined;
    if (grpc) report.listens(name, `${host}:${(await grpc.listen(host, port)).port}`);
    return { stop: () => Promise.all([grpc?.drain(graceMs), server.drain(graceMs)]) };
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
      tls: serverTls(this.#options.internalTls),
    });
    await ports.listen(name, http, port);
    return { stop: () => ports.close(http) };
  }

  #startGateway(name: string, start: StartGateway): Promise<RunningGateway> {
    const { clock, metrics, tracing, env, dataDir, budget, isReady, links, engines } = this.#options;
    const logger = componentLogger(this.#options.logger, name);
    const subgraph = (component: string) => links.subgraph(component);
    const openLiveSignals = () => engines.openLiveSignals();
    return start({
      clock,
      logger,
      metrics,
      tracing,
      env,
      dataDir,
      budget,
      isReady,
      subgraph,
      openLiveSignals,
      openSharedRedis: engines.openSharedRedis,
    });
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
      bus: engines.bus(),
      client: (definition) => links.client(definition),
    };
  }
}

/** The topology says which roles there are before a service is loaded; so it had better say the truth. */
function hasRoles({ jobs, tasks }: RunningService, said: readonly Role[]): boolean {
  const found: Role[] = ['api', ...(jobs ? ['jobs' as const] : []), ...(tasks ? ['tasks' as const] : [])];
  return found.join() === said.join();
}

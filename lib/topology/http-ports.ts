import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import type { Component, Running } from '../lifecycle/lifecycle.ts';
import type { RunningGateway } from '../service/gateway.ts';
import { portVariable } from './process-config.ts';
import type { StartReport } from './start-report.ts';

export interface HttpPortsOptions {
  readonly clock: Clock;
  /** The address that all of them listen on. */
  readonly host: string;
  /** Requests under way at a stop get this long to end. */
  readonly graceMs: number;
  readonly report: StartReport;
}

/** Where the components of a process answer HTTP. */
export class HttpPorts {
  readonly #options: HttpPortsOptions;

  constructor(options: HttpPortsOptions) {
    this.#options = options;
  }

  /** A gateway as a part of the process: it listens once it is made, and the report says what stands where. */
  gateway(name: string, port: number, start: () => Promise<RunningGateway>): Component {
    return { name, start: () => this.#startGateway(name, port, start) };
  }

  async #startGateway(name: string, port: number, start: () => Promise<RunningGateway>): Promise<Running> {
    const { report } = this.#options;
    const gateway = await start();
    const address = await this.listen(name, gateway.http, port).catch(async (error) => {
      await gateway.stop();
      throw error;
    });
    report.offers('endpoint', `${address}/graphql`);
    if (gateway.http.hasRoute({ method: 'GET', url: '/' })) report.offers('playground', `${address}/`);
    for (const note of gateway.notes ?? []) report.note(note);
    return {
      stop: async () => {
        await this.close(gateway.http);
        await gateway.stop();
      },
    };
  }

  /**
   * Resolves to where it listens.
   * @throws Error that names the variable to change where the port is taken.
   */
  async listen(name: string, http: FastifyInstance, port: number): Promise<string> {
    const { host, report } = this.#options;
    await http.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Error(`port ${port} on ${host} is taken: set ${portVariable(name)} to another one.`, {
        cause: error,
      });
    });
    const scheme = http.server instanceof TlsServer ? 'https' : 'http';
    const address = `${scheme}://${host}:${(http.server.address() as AddressInfo).port}`;
    report.listens(name, address);
    return address;
  }

  /** Lets requests under way end; after the grace a client that is slow to send or to read is cut off. */
  async close(http: FastifyInstance): Promise<void> {
    const { clock, graceMs } = this.#options;
    const timer = clock.setTimer(graceMs, () => http.server.closeAllConnections());
    // A connection that gets its last answer now would be kept for the client's next request.
    Object.assign(http.server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
    await http.close();
    timer.cancel();
  }
}

import { systemClock } from '@tiffin/lib/clock/clock';
import { createInternalTokens } from '@tiffin/lib/identity/internal-token';
import { createGrpcServer, type GrpcServer } from '@tiffin/lib/rpc/grpc-server';
import type { RepeatableRpcs } from '@tiffin/lib/rpc/retry-calls';
import { createRpcMetrics } from '@tiffin/lib/rpc/rpc-metrics';
import { createRpcServer, type RpcServer } from '@tiffin/lib/rpc/rpc-server';
import type { Platform, RunningService, StartService } from '@tiffin/lib/service/service';
import type { ServiceTask } from '@tiffin/lib/service/service-task';
import { startProcess } from '@tiffin/lib/topology/run-process';
import { rolesOf, select } from '@tiffin/lib/topology/selection';
import type { Topology } from '@tiffin/lib/topology/topology';
import { repeatableRpcs, rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import { topology } from '../../../tiffin.ts';
import { CallCounts } from './call-counts.ts';
import { reportReady, setting } from './child.ts';

// All services in one process with demo data, each behind a gRPC port of its own, as a split platform has them. Its
// jobs and tasks do nothing: what goes on between requests would be shared out among few requests of a slow gateway and
// among many of a fast one. What was read once is answered from memory: what is compared stands before the services, and
// would wait for their database most of the time.

const host = '127.0.0.1';
const counts = new CallCounts();
const tokens = createInternalTokens({ secret: setting('INTERNAL_TOKEN_SECRET'), clock: systemClock });
const servers: Promise<[name: string, address: string]>[] = [];

const services: Topology = Object.fromEntries(
  Object.entries(topology).flatMap(([name, component]) =>
    component.kind === 'service' ? [[name, { ...component, start: answering(name, component.start) }]] : [],
  ),
);
await startProcess(services, select(rolesOf(services), Object.keys(services)), process.env, { write() {} });
reportReady(Object.fromEntries(await Promise.all(servers)), () => counts.all);

/** The same service, which also answers by gRPC. */
function answering(name: string, start: StartService): StartService {
  return async (platform) => {
    const service = await start(platform);
    servers.push(listen(name, service, platform));
    return {
      ...service,
      ...(service.jobs && { jobs: [] }),
      ...(service.tasks && { tasks: service.tasks.map(idle) }),
    };
  };
}

async function listen(name: string, { rpc }: RunningService, platform: Platform): Promise<[string, string]> {
  const observe = {
    clock: platform.clock,
    logger: platform.logger,
    metrics: createRpcMetrics(platform.metrics),
  };
  const server = counted(
    remembering(createRpcServer({ ...observe, services: rpc, declaredCodes: rpcErrorCodes })),
  );
  const grpc: GrpcServer = createGrpcServer({ ...observe, server, tokens });
  return [name, `${host}:${(await grpc.listen(host, 0)).port}`];
}

/** Calls from other processes only: services call each other without a socket. */
function counted(server: RpcServer): RpcServer {
  return {
    ...server,
    dispatch(path, request, context) {
      counts.add(path.slice(path.lastIndexOf('/') + 1));
      return server.dispatch(path, request, context);
    },
  };
}

/** Answers what the service answered the first time to the same user; whatever writes is done each time. */
function remembering(server: RpcServer): RpcServer {
  const answers = new Map<string, Promise<unknown>>();
  const repeatable: RepeatableRpcs = repeatableRpcs;
  return {
    ...server,
    dispatch(path, request, context) {
      if (repeatable[path] !== 'always') return server.dispatch(path, request, context);
      const key = JSON.stringify([path, context.identity, request]);
      const known = answers.get(key);
      if (known) return known;
      const answer = server.dispatch(path, request, context);
      answers.set(key, answer);
      // Another try may fare better.
      answer.catch(() => answers.delete(key));
      return answer;
    },
  };
}

function idle({ name }: ServiceTask): ServiceTask {
  return {
    name,
    run: (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  };
}

import type { Executor } from '@tiffin/gateway/executor';
import { OperationCache } from '@tiffin/gateway/operation-cache';
import { loadExecutors } from '@tiffin/gateway/testing/executors';
import type { Database } from '@tiffin/lib/engines/database';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { StartService } from '@tiffin/lib/service/service';
import type { ServiceTask } from '@tiffin/lib/service/service-task';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import type { Topology } from '@tiffin/lib/topology/topology';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { startPlatform } from '@tiffin/tests/start-platform';
import { topology } from '../tiffin.ts';
import { countRoundTrips } from './count-round-trips.ts';
import { withGateway } from './record-answers.ts';

/** What requests have asked of the engines until now. */
export interface EngineCounts {
  statements: number;
  roundTrips: number;
}

/** The whole platform, asked past its HTTP port, that counts what it asks of its engines. */
export interface CountedPlatform extends AsyncDisposable {
  readonly counts: Readonly<EngineCounts>;
  /** Prepared operations, under the compiled executor. */
  readonly operations: OperationCache;
  /** On behalf of the demo customer. */
  readonly call: CallContext;
}

/** In this process. Nothing goes on in it between requests: its tasks do not run. */
export async function startCountedPlatform(env: Record<string, string>): Promise<CountedPlatform> {
  const counts: EngineCounts = { statements: 0, roundTrips: 0 };
  const links = Promise.withResolvers<(name: string) => Subgraph>();
  const platform = await startPlatform(env, withGateway(links.resolve, countedTopology(counts)));
  const token = await platform.logIn('customer');
  const { data } = await platform.query('{ me { id } }', { token });
  const executors = await loadExecutors(supergraphSdl(), await links.promise);
  const executor: Executor = executors.compiled;
  return {
    counts,
    operations: new OperationCache(executor),
    call: callBy(userWith(data.me.id, 'CUSTOMER')),
    async [Symbol.asyncDispose]() {
      await executors.stop();
      await platform[Symbol.asyncDispose]();
    },
  };
}

function countedTopology(counts: EngineCounts): Topology {
  const parts = Object.entries(topology).map(([name, component]) => [
    name,
    component.kind === 'service' ? { ...component, start: counting(component.start, counts) } : component,
  ]);
  return Object.fromEntries(parts);
}

function counting(start: StartService, counts: EngineCounts): StartService {
  return async (platform) => {
    const service = await start({
      ...platform,
      openDatabase: async (options) => countedDatabase(await platform.openDatabase(options), counts),
      redis() {
        const client = platform.redis();
        countRoundTrips(client, () => counts.roundTrips++);
        return client;
      },
    });
    return { ...service, ...(service.tasks && { tasks: service.tasks.map(idle) }) };
  };
}

/** Reads are single statements. A transaction has several; those of the measured operations have none. */
function countedDatabase(database: Database, counts: EngineCounts): Database {
  return {
    ...database,
    query(sql, parameters) {
      counts.statements++;
      return database.query(sql, parameters);
    },
    transaction(work, budget) {
      counts.statements++;
      return database.transaction(work, budget);
    },
  };
}

const idle = ({ name }: ServiceTask): ServiceTask => ({
  name,
  run: (signal) =>
    new Promise((resolve) =>
      signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve()),
    ),
});

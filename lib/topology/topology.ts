import type { ConfigSchema } from '../config/config.ts';
import type { StandaloneGateway, StartGateway } from '../service/gateway.ts';
import type { Role } from '../service/role.ts';
import type { StartService, StartSubgraph } from '../service/service.ts';

interface ComponentBase {
  /** Where it listens unless `<NAME>_PORT` says otherwise. */
  readonly port: number;
  /** The components that it calls: in this process, or by `<NAME>_URL`. */
  readonly calls: readonly string[];
  /** What it reads from its environment itself; checked with everything else, before anything starts. */
  readonly variables?: ConfigSchema;
  /** Variables that it makes up by itself in a whole platform, and that a split one must share. */
  readonly sharedWhenSplit?: readonly string[];
}

/** A subgraph's `start`, or one that loads its module first. */
export type StartAnySubgraph = (
  platform: Parameters<StartSubgraph>[0],
) => ReturnType<StartSubgraph> | Promise<ReturnType<StartSubgraph>>;

export type TopologyComponent = ComponentBase &
  (
    | {
        readonly kind: 'gateway';
        readonly start: StartGateway;
        /** The same over the subgraphs of any supergraph file, without the rest of the platform. */
        readonly standalone?: StandaloneGateway;
      }
    | { readonly kind: 'subgraph'; readonly start: StartAnySubgraph }
    | ServiceParts
  );

interface ServiceParts {
  readonly kind: 'service';
  readonly start: StartService;
  /** Which parts it has, in the order api, jobs, tasks: a process may run some of them. */
  readonly roles: readonly Role[];
  /** Whether its jobs or tasks handle or send events. */
  readonly usesEvents: boolean;
  /** Whether it keeps anything in a database of its own. Default true. */
  readonly hasDatabase?: boolean;
}

export type ServiceComponent = Extract<TopologyComponent, { kind: 'service' }>;

/** Component name → what it is. Subgraphs are named `<name>-subgraph`. */
export type Topology = Readonly<Record<string, TopologyComponent>>;

/** Whether a component opens a database of its own: services do, unless the topology says otherwise. */
export function hasDatabase(topology: Topology, name: string): boolean {
  const component = topology[name];
  return component?.kind === 'service' && component.hasDatabase !== false;
}

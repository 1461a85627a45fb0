import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlannerConfig } from '@apollo/query-planner';

export interface ApolloGatewayOptions {
  readonly supergraphSdl: string;
  /** How Apollo's own executor reaches a subgraph. */
  readonly buildService: (subgraph: { readonly name: string }) => GraphQLDataSource;
  /** Of its own planner. */
  readonly queryPlannerConfig?: QueryPlannerConfig;
}

/** Apollo's log lines repeat what our own boundaries log with request id and code. */
export const silentApolloLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** Apollo's gateway, quiet: it writes no log, and tells nobody outside that and where it runs. */
export function createApolloGateway(options: ApolloGatewayOptions): ApolloGateway {
  // Otherwise it asks the cloud's metadata services where it runs and sends that to Apollo, hourly and when it stops.
  // It reads the variable when it is constructed, and has no option for it.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  return new ApolloGateway({ ...options, logger: silentApolloLogger });
}

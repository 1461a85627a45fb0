import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { subgraphTypeDefs } from '@tiffin/schema/subgraph-type-defs';
import type { UserClients } from './clients.ts';
import type { UserContext } from './context.ts';
import { createUserLoaders } from './loaders.ts';
import { mutationCodes } from './mutation-codes.gen.ts';
import { resolvers } from './resolvers.ts';

/** Users, their sessions, addresses, wallets and coupons for frontends. It has no storage: every field comes from `clients`. */
export function createUserSubgraph(deps: {
  readonly clients: UserClients;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Subgraph {
  const { clients, logger, metrics } = deps;
  return createSubgraph<UserContext>({
    name: 'user-subgraph',
    typeDefs: subgraphTypeDefs('user'),
    resolvers,
    mutationCodes,
    createContext: (call) => ({ call, clients, loaders: createUserLoaders(clients, call) }),
    logger,
    metrics,
  });
}

import type { StrictResolvers } from '../resolvers.gen.ts';

export const track: StrictResolvers['Mutation']['track'] = (_root, { input }, { clients, call }) =>
  clients.tracking.track({ events: [...input.events] }, call);

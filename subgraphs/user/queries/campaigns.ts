import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const campaigns: StrictResolvers['Query']['campaigns'] = async (_root, args, { clients, call }) =>
  toConnection(await clients.campaignAdmin.listCampaigns(pageRequest(args), call), (edge) =>
    present(edge.campaign, 'CampaignEdge.campaign'),
  );

import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const endCampaign: StrictResolvers['Mutation']['endCampaign'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { campaign } = await clients.campaignAdmin.endCampaign(input, call);
  return { campaign: present(campaign, 'EndCampaignResponse.campaign') };
};

import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const updateCampaign: StrictResolvers['Mutation']['updateCampaign'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { campaign } = await clients.campaignAdmin.updateCampaign(input, call);
  return { campaign: present(campaign, 'UpdateCampaignResponse.campaign') };
};

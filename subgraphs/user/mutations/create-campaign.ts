import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const createCampaign: StrictResolvers['Mutation']['createCampaign'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { campaign } = await clients.campaignAdmin.createCampaign(input, call);
  return { campaign: present(campaign, 'CreateCampaignResponse.campaign') };
};

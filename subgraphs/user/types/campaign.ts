import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Campaign: StrictResolvers['Campaign'] = {
  discount: (campaign) => present(campaign.discount, 'Campaign.discount'),
  minimumTotal: (campaign) => present(campaign.minimumTotal, 'Campaign.minimumTotal'),
  startsAt: (campaign) => present(campaign.startsAt, 'Campaign.startsAt'),
  endsAt: (campaign) => present(campaign.endsAt, 'Campaign.endsAt'),
};

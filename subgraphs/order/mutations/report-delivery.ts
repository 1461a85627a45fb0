import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const reportDelivery: StrictResolvers['Mutation']['reportDelivery'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { delivery } = await clients.deliveryAdmin.reportDelivery(input, call);
  return { delivery: present(delivery, 'ReportDeliveryResponse.delivery') };
};

import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const joinFlashSale: StrictResolvers['Mutation']['joinFlashSale'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { ticket, pollAfterMs } = await clients.flashSale.joinFlashSale(input, call);
  return { ticket: present(ticket, 'JoinFlashSaleResponse.ticket'), pollAfterMs };
};

import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const flashSaleToken: StrictResolvers['Mutation']['flashSaleToken'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { token, expiresAt } = await clients.flashSale.flashSaleToken(input, call);
  return { token, expiresAt: present(expiresAt, 'FlashSaleTokenResponse.expiresAt') };
};

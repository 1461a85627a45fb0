import type { StrictResolvers } from '../resolvers.gen.ts';

export const deleteFlashSale: StrictResolvers['Mutation']['deleteFlashSale'] = async (
  _root,
  { input },
  { clients, call },
) => {
  await clients.flashSaleAdmin.deleteFlashSale(input, call);
  return { flashSaleId: input.flashSaleId };
};

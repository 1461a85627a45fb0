import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { flashSaleFieldsOf } from './flash-sale-fields.ts';

export const createFlashSale: StrictResolvers['Mutation']['createFlashSale'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const request = { ...input, fields: flashSaleFieldsOf(input.fields) };
  const { flashSale } = await clients.flashSaleAdmin.createFlashSale(request, call);
  return { flashSale: present(flashSale, 'CreateFlashSaleResponse.flashSale') };
};

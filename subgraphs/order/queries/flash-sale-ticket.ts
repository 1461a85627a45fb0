import type { StrictResolvers } from '../resolvers.gen.ts';

export const flashSaleTicket: StrictResolvers['Query']['flashSaleTicket'] = (_root, { id }, { loaders }) =>
  loaders.flashSaleTicket.load(id);

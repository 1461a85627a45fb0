import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const categories: StrictResolvers['Query']['categories'] = async (_root, args, { clients, call }) =>
  toConnection(await clients.goods.listCategories(pageRequest(args), call), (edge) => edge.category);

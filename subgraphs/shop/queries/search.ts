import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import { HitKind } from '@tiffin/proto/gen/tiffin/search/v1/search';
import type { SearchKind, StrictResolvers } from '../resolvers.gen.ts';

const hitKinds = { SHOP: HitKind.SHOP, GOODS: HitKind.GOODS } as const satisfies Record<SearchKind, HitKind>;

export const search: StrictResolvers['Query']['search'] = async (_root, args, { clients, call }) => {
  const kinds = (args.kinds ?? []).map((kind) => hitKinds[kind]);
  const page = await clients.search.search({ ...pageRequest(args), text: args.text, kinds }, call);
  return toConnection(page, (edge) => present(edge.hit, 'SearchEdge.hit'));
};

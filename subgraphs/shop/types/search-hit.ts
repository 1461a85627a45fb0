import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { HitKind } from '@tiffin/proto/gen/tiffin/search/v1/search';
import type { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { highlightHtml } from './highlight-html.ts';

export const SearchHit: StrictResolvers['SearchHit'] = {
  highlight: ({ highlight }) => highlightHtml(highlight),
  // The type's name rides on the object, because shops and goods cannot be told apart by their fields for sure.
  result: async ({ kind, id }, _args, { loaders }) => {
    switch (kind) {
      case HitKind.SHOP:
        return named('Shop', await loaders.shop.load(id));
      case HitKind.GOODS:
        return named('Goods', await loaders.goods.load(id));
      default:
        throw new Error(`The service found something of the kind ${kind}.`);
    }
  },
};

function named<Entity extends Shop | Goods>(typeName: 'Shop' | 'Goods', entity: Entity | undefined) {
  return entity && { ...entity, __typename: typeName };
}

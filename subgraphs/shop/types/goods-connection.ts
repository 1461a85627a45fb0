import { toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { GoodsPage } from '@tiffin/proto/gen/tiffin/goods/v1/goods';

export const goodsConnection = (page: GoodsPage) =>
  toConnection(page, (edge) => present(edge.goods, 'GoodsEdge.goods'));

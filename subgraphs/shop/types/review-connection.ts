import { toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { ReviewPage } from '@tiffin/proto/gen/tiffin/shop/v1/shop';

export const reviewConnection = (page: ReviewPage) =>
  toConnection(page, (edge) => present(edge.review, 'ReviewEdge.review'));

import { present } from '@tiffin/lib/subgraph/present';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const HistoryEntry: StrictResolvers['HistoryEntry'] = {
  at: (entry) => present(entry.at, 'HistoryEntry.at'),
  // References, which the shop subgraph resolves: what is gone nulls its own entry's target.
  target: ({ kind, targetId }) => {
    switch (kind) {
      case BehaviorKind.SHOP_VIEWED:
        return { __typename: 'Shop' as const, id: targetId };
      case BehaviorKind.GOODS_VIEWED:
        return { __typename: 'Goods' as const, id: targetId };
      default:
        throw new Error(`The service has something of the kind ${kind} in a history.`);
    }
  },
};

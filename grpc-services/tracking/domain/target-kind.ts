import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { TargetKind } from '../data/view.ts';

/** What somebody looked at who did this; undefined for a kind that nobody does. */
export function targetKindOf(kind: BehaviorKind): TargetKind | undefined {
  if (kind === BehaviorKind.SHOP_VIEWED) return 1;
  return kind === BehaviorKind.GOODS_VIEWED ? 2 : undefined;
}

export const behaviorKindOf = (kind: TargetKind): BehaviorKind =>
  kind === 1 ? BehaviorKind.SHOP_VIEWED : BehaviorKind.GOODS_VIEWED;

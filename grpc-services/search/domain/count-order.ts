import { entryKinds } from '../data/entry.ts';
import { addToPopularity } from '../data/popularity-store.ts';
import type { SearchDeps } from './deps.ts';

export interface HeardOrder {
  readonly consumer: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
  readonly shopId: string;
  readonly goodsIds: readonly string[];
}

/** Counts one more paid order for a shop and for each of the goods in it, once an event. */
export async function countOrder(
  { inbox }: Pick<SearchDeps, 'inbox'>,
  { consumer, eventId, signal, shopId, goodsIds }: HeardOrder,
): Promise<void> {
  const popular = [
    { kind: entryKinds.shop, refId: shopId },
    ...goodsIds.map((refId) => ({ kind: entryKinds.goods, refId })),
  ];
  await inbox.once(consumer, eventId, (em) => addToPopularity(em, popular), { signal });
}

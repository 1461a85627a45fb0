import type { Outbox } from '@tiffin/lib/events/outbox';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { shopChanged } from '@tiffin/proto/topics/shop-topics';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';

/** Tells that a shop is as it is from its version on. In the transaction that `em` is. */
export async function tellChanged(
  { outbox }: Pick<ShopDeps, 'outbox'>,
  em: Parameters<Outbox['add']>[0],
  context: CallContext,
  { id, version }: Shop,
): Promise<void> {
  const payload = { shopId: id };
  await outbox.add(em, { topic: shopChanged, aggregateId: id, aggregateVersion: version, payload }, context);
}

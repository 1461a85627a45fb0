import type { Outbox } from '@tiffin/lib/events/outbox';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { goodsChanged } from '@tiffin/proto/topics/goods-topics';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** Tells that goods are as they are from their version on. In the transaction that `em` is. */
export async function tellChanged(
  { outbox }: Pick<GoodsDeps, 'outbox'>,
  em: Parameters<Outbox['add']>[0],
  context: CallContext,
  { id, shopId, version }: Goods,
): Promise<void> {
  const payload = { goodsId: id, shopId };
  await outbox.add(em, { topic: goodsChanged, aggregateId: id, aggregateVersion: version, payload }, context);
}

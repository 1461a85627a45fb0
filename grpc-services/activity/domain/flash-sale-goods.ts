import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { ActivityDeps } from './deps.ts';
import type { FlashSaleFields } from './flash-sale.ts';

/**
 * The shop whose goods a flash sale is of. As things are now: the goods may be a moment old.
 * @throws AppError GOODS_NOT_FOUND; INVALID_ARGUMENT for a price in another currency than that of the goods.
 */
export async function shopOfGoods(
  { goods }: Pick<ActivityDeps, 'goods'>,
  context: CallContext,
  { goodsId, price }: FlashSaleFields,
): Promise<string> {
  const answer = await goods.batchGetGoods({ ids: [goodsId] }, { ...context, freshness: 'latest' });
  const found = answer.goods[0]?.goods;
  if (!found) throw new AppError('GOODS_NOT_FOUND', { goodsId });
  const currency = found.price?.currency;
  if (price.currency !== currency) {
    const expected = `must be that of the goods: ${currency}`;
    throw new AppError('INVALID_ARGUMENT', { violations: [{ field: 'fields.price.currency', expected }] });
  }
  return found.shopId;
}

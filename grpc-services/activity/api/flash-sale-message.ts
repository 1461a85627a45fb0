import type { FlashSale as FlashSaleMessage } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { endOf, type FlashSale, statusAt, stockOf } from '../domain/flash-sale.ts';

/** A flash sale as everybody sees it at a moment. */
export function toFlashSaleMessage(sale: FlashSale, nowMs: number): FlashSaleMessage {
  const { id, name, shopId, goodsId, price, startsAt, left } = sale;
  return {
    ...{ id, name, shopId, goodsId, price, startsAt, left },
    endsAt: endOf(sale),
    stock: stockOf(sale),
    status: `FLASH_SALE_STATUS_${statusAt(sale, nowMs)}`,
  };
}

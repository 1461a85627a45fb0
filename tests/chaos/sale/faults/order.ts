import { payableMs as original } from '@tiffin/order/domain/order';

export * from '@tiffin/order/domain/order';

/** In place of ten minutes. */
const unpaidMs = Number(process.env['SALE_UNPAID_MS']);

export const payableMs: typeof original = (isOfFlashSale) => (isOfFlashSale ? unpaidMs : original(false));

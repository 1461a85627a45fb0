import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import type { FlashSale } from './flash-sale.ts';
import { insertFlashSale } from './flash-sale-store.ts';
import { moveUnits } from './move-units.ts';

/** Not by the days that a flash sale may last: they are to be tried out in whatever year somebody does. */
const changeOfCenturyMs = Date.UTC(2100, 0, 1);
const dayMs = 86_400_000;

export const demoFlashSaleStock = 100;

/** Fills empty tables with one flash sale that runs and one that does not yet. True where it filled them. */
export function insertDemoFlashSales(database: Database): Promise<boolean> {
  return fillEmptyTables(database, ['activity.flash_sale'], async (em) => {
    for (const sale of demoFlashSales()) {
      await insertFlashSale(em, sale);
      const move = { flashSaleId: sale.id, delta: demoFlashSaleStock, reason: 'First stock' };
      await moveUnits(em, { ...move, actorId: undefined, atMs: demoNowMs }, demoFlashSaleStock);
    }
  });
}

/** Each of what the demo shop of its number sells first, for less than any dish costs; before their stock has come. */
export function demoFlashSales(): FlashSale[] {
  const common = { price: { amountCents: 99, currency: 'EUR' }, endedAt: undefined, version: 1 };
  const noUnits = { left: 0, reserved: 0, sold: 0 };
  const sale = (n: number) => ({
    ...common,
    ...noUnits,
    id: String(demoId('flash sale', n)),
    shopId: String(demoId('shop', n)),
    goodsId: String(demoId('goods', n)),
  });
  return [
    {
      ...sale(1),
      name: 'One dish for 99 cents',
      startsAt: new Date(demoNowMs - dayMs),
      endsAt: new Date(changeOfCenturyMs),
      rules: [],
    },
    {
      ...sale(2),
      name: 'New century, old prices',
      startsAt: new Date(changeOfCenturyMs),
      endsAt: new Date(changeOfCenturyMs + dayMs),
      rules: [
        { rule: { $case: 'accountAge', value: { minDays: 30 } } },
        { rule: { $case: 'pastOrders', value: { minOrders: 1 } } },
      ],
    },
  ];
}

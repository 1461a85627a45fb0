/**
 * What keeps a flash sale right: the script knows who has joined, and promises no more than there is; the decrement in SQL
 * takes only what is left; keys are unique for a user.
 */
export type Layer = 'dedupe' | 'amount' | 'decrement' | 'unique';

/** What has to be dropped in the database besides, for a layer to be off. */
export const droppedBy: Readonly<Record<Layer, readonly string[]>> = {
  dedupe: [],
  amount: [],
  decrement: [
    'alter table activity.flash_sale drop constraint flash_sale_left_units_check',
    'alter table activity.flash_sale_stock_entry drop constraint flash_sale_stock_entry_left_after_check',
  ],
  unique: [
    // `on conflict` still has the ticket's id.
    'alter table activity.flash_sale_ticket drop constraint flash_sale_ticket_by_user',
    'drop index "order".order_by_flash_sale',
  ],
};

/** A text without a part of it, which is there. */
export function cut(text: string, part: string | RegExp, instead = ''): string {
  const rest = text.replace(part, instead);
  if (rest === text) throw new Error(`There is no ${part} to be replaced in:\n${text}`);
  return rest;
}

import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import type { Money } from './campaign-entity.ts';

/** Some units of one kind of goods at a price of their own. Its secret is nobody's to read but `secretOf`'s. */
export interface FlashSale {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly name: string;
  readonly shopId: string;
  readonly goodsId: string;
  /** Above zero, in the currency of the goods. */
  readonly price: Money;
  readonly startsAt: Date;
  /** As planned; see `endOf`. */
  readonly endsAt: Date;
  /** When an administrator ended it, maybe before its start. */
  readonly endedAt: Date | undefined;
  /** At most 10, all of which whoever joins must meet. */
  readonly rules: readonly AccessRule[];
  /** Rises by one with every change by an administrator, not with stock. */
  readonly version: number;
  /** Units that nobody has claimed. left + reserved + sold is its stock, which adjustments alone change. */
  readonly left: number;
  /** Units that are held for orders. */
  readonly reserved: number;
  readonly sold: number;
}

import type { Audited } from './audited.ts';
import { atMs, entryOf, type Timeline, type WhatRow } from './timeline.ts';

/** The last of them. */
const maxEntries = 200;

/** How the stock of one kind of goods moved. */
export async function readGoodsTimeline({ databases }: Audited, goodsId: string): Promise<Timeline> {
  const { goods } = databases;
  const [now, entries] = await Promise.all([
    goods.query<{ what: string }>(
      `select 'available ' || available || ' + frozen ' || frozen || ' + sold ' || sold as what
       from goods.goods where id = ?`,
      [goodsId],
    ),
    goods.query<WhatRow>(
      `select ${atMs('created_at')},
         concat_ws(' ', kind, 'of order ' || order_id) || ': ' || concat_ws(', ',
           'available ' || to_char(nullif(delta, 0), 'FMSG999999999990') || ' → ' || balance_after,
           'frozen ' || to_char(nullif(frozen_delta, 0), 'FMSG999999999990') || ' → ' || frozen_after,
           'sold ' || to_char(nullif(sold_delta, 0), 'FMSG999999999990') || ' → ' || sold_after) as what
       from (select * from goods.stock_entry where goods_id = ? order by id desc limit ${maxEntries}) as entry
       order by id`,
      [goodsId],
    ),
  ]);
  return {
    now: now.map(({ what }) => what),
    entries: entries.map(entryOf('goods')),
  };
}

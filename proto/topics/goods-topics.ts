import { defineTopic } from '@tiffin/lib/events/topic';
import { GoodsChanged } from '../gen/tiffin/goods/v1/goods_events.ts';

export const goodsChanged = defineTopic({ name: 'goods.changed.v1', class: 'durable', codec: GoodsChanged });

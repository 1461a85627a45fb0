import { defineTopic } from '@tiffin/lib/events/topic';
import { ShopChanged } from '../gen/tiffin/shop/v1/shop_events.ts';

export const shopChanged = defineTopic({ name: 'shop.changed.v1', class: 'durable', codec: ShopChanged });

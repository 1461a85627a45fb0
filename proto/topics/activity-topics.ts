import { defineTopic } from '@tiffin/lib/events/topic';
import { FlashSaleJoined } from '../gen/tiffin/activity/v1/flash_sale_events.ts';

/**
 * Somebody is in the queue of a flash sale, keyed by the ticket: under one key all of a sale would stand behind one
 * consumer.
 */
export const flashSaleJoined = defineTopic({
  name: 'flashsale.joined.v1',
  class: 'durable',
  codec: FlashSaleJoined,
});

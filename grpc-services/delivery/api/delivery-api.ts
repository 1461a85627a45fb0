import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { DeliveryServiceService } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { batchGetOrderDeliveries } from '../domain/batch-get-order-deliveries.ts';
import type { DeliveryDeps } from '../domain/deps.ts';
import { toDeliveryMessage } from './delivery-message.ts';

/** What users see of the deliveries of their own orders. */
export function deliveryApi(deps: DeliveryDeps): RpcHandlers<DeliveryServiceService> {
  return {
    async batchGetOrderDeliveries({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const deliveries = await batchGetOrderDeliveries(deps, context, orderIds);
      return {
        deliveries: deliveries.map((delivery) => ({ delivery: delivery && toDeliveryMessage(delivery) })),
      };
    },
  };
}

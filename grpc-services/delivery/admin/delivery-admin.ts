import { validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  DeliveryAdminServiceService,
  DeliveryStatus,
  type ReportDeliveryResponse,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { toDeliveryMessage } from '../api/delivery-message.ts';
import type { Delivery, ReportedStatus } from '../domain/delivery.ts';
import type { DeliveryDeps } from '../domain/deps.ts';
import { reportDelivery } from '../domain/report-delivery.ts';

/** What the couriers' dispatch reports, and administrators in its place. */
export function deliveryAdmin(deps: DeliveryDeps): RpcHandlers<DeliveryAdminServiceService> {
  return {
    async reportDelivery(request, context) {
      const { idempotencyKey, deliveryId } = request;
      const status = reportable.get(request.status);
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('deliveryId', deliveryId);
        v.check('status', status !== undefined, `must be one of ${[...reportable.values()].join(', ')}`);
      });
      if (!status) throw new Error('A report was let through without a status.');
      return deps.idempotency.run(DeliveryAdminServiceService.reportDelivery, request, context, {
        execute: (effect) => reportDelivery(deps, context, { deliveryId, status }, effect),
        respond: toAnswer,
      });
    },
  };
}

const reportable: ReadonlyMap<DeliveryStatus, ReportedStatus> = new Map([
  [DeliveryStatus.PICKED_UP, 'PICKED_UP'],
  [DeliveryStatus.DELIVERED, 'DELIVERED'],
]);

function toAnswer(delivery: Delivery): ReportDeliveryResponse {
  return { delivery: toDeliveryMessage(delivery) };
}

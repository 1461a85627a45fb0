import { after, before } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { administrator, createDeliveryTestBed, type DeliveryTestBed } from './delivery-test-bed.ts';

let bed: DeliveryTestBed;
let deliveryId: string;
before(async () => {
  bed = await createDeliveryTestBed();
  [deliveryId = ''] = await bed.pay(1);
});
after(() => bed.stop());

const call = callBy(administrator);
const { PICKED_UP, DELIVERED } = DeliveryStatus;

testRpcErrorCases('tiffin.delivery.v1.DeliveryAdminService', {
  ReportDelivery: {
    DELIVERY_NOT_FOUND: () =>
      bed.admin.reportDelivery({ ...freshKey, deliveryId: '999', status: PICKED_UP }, call),
    DELIVERY_STEP_REFUSED: () =>
      bed.admin.reportDelivery({ ...freshKey, deliveryId, status: PICKED_UP }, call),
    ...keyedCases(
      () => bed.deps,
      call,
      (idempotencyKey, body, context) => {
        const status = body === 'one' ? PICKED_UP : DELIVERED;
        return bed.admin.reportDelivery({ idempotencyKey, deliveryId, status }, context);
      },
    ),
  },
} satisfies RpcErrorCases<'tiffin.delivery.v1.DeliveryAdminService', RpcErrorCase>);

import { auditTask } from '@tiffin/lib/audit/audit-task';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { deletesExpiredKeys, forgetsHandledEvents } from '@tiffin/lib/service/clean-ups';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import {
  DeliveryAdminServiceService,
  DeliveryServiceService,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { deliveryAdmin } from './admin/delivery-admin.ts';
import { deliveryApi } from './api/delivery-api.ts';
import { migrations } from './data/migrations.ts';
import { sandboxCouriers } from './data/sandbox-couriers.ts';
import { auditDeliveries } from './domain/audit-deliveries.ts';
import type { DeliveryDeps } from './domain/deps.ts';
import { requestDeliveries } from './jobs/request-deliveries.ts';
import { callCouriers } from './tasks/call-couriers.ts';

/** Starts the delivery service: how paid orders reach their customers. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({ schema: 'delivery', entities: [], migrations });
  const ids = await platform.openIds(database);
  const { clock, logger, metrics } = platform;
  const { outbox, relay } = openOutbox(platform, database);
  const deps: DeliveryDeps = {
    clock,
    logger,
    metrics,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics }),
    inbox: createInbox({ database, clock }),
    outbox,
    couriers: sandboxCouriers,
  };
  return {
    rpc: [
      bindRpc(DeliveryServiceService, deliveryApi(deps)),
      bindRpc(DeliveryAdminServiceService, deliveryAdmin(deps)),
    ],
    jobs: [requestDeliveries(deps)],
    tasks: [
      relay,
      callCouriers(deps),
      deletesExpiredKeys(clock, database),
      forgetsHandledEvents(clock, deps.inbox),
      auditTask(platform, {
        service: 'delivery',
        checks: { deliveries: (signal) => auditDeliveries(deps, signal) },
      }),
    ],
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};

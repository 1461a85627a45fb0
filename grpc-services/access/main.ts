import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { AccessServiceService } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { accessApi } from './api/access-api.ts';
import { createVerdictStore } from './data/verdict-store.ts';
import { createCheckAccess } from './domain/check-access.ts';
import { createRuleCache } from './domain/rule-cache.ts';

/** Starts the access service: who may take part in what. It owns nothing but what it remembers for seconds. */
export const start: StartService = async ({ clock, client, redis }) => {
  const checkAccess = createCheckAccess({
    clock,
    accounts: client(AccountServiceService),
    orders: client(OrderServiceService),
    rules: createRuleCache(clock),
    verdicts: createVerdictStore(redis()),
  });
  return {
    rpc: [bindRpc(AccessServiceService, accessApi(checkAccess))],
    async stop() {},
  };
};

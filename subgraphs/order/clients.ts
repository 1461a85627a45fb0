import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';

/** The services that the order subgraph stands on. */
export interface OrderClients {
  readonly order: RpcClient<typeof OrderServiceService>;
}

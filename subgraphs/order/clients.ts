import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { FlashSaleServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { FlashSaleAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import type {
  DeliveryAdminServiceService,
  DeliveryServiceService,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import type { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { OrderAdminServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';

/** The services that the order subgraph stands on. */
export interface OrderClients {
  readonly order: RpcClient<typeof OrderServiceService>;
  readonly orderAdmin: RpcClient<typeof OrderAdminServiceService>;
  readonly delivery: RpcClient<typeof DeliveryServiceService>;
  readonly deliveryAdmin: RpcClient<typeof DeliveryAdminServiceService>;
  readonly flashSale: RpcClient<typeof FlashSaleServiceService>;
  readonly flashSaleAdmin: RpcClient<typeof FlashSaleAdminServiceService>;
}

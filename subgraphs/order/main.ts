import type { StartSubgraph } from '@tiffin/lib/service/service';
import { FlashSaleServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { FlashSaleAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import {
  DeliveryAdminServiceService,
  DeliveryServiceService,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { OrderAdminServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { createOrderSubgraph } from './order-subgraph.ts';

export const start: StartSubgraph = ({ client, logger, metrics }) =>
  createOrderSubgraph({
    clients: {
      order: client(OrderServiceService),
      orderAdmin: client(OrderAdminServiceService),
      delivery: client(DeliveryServiceService),
      deliveryAdmin: client(DeliveryAdminServiceService),
      flashSale: client(FlashSaleServiceService),
      flashSaleAdmin: client(FlashSaleAdminServiceService),
    },
    logger,
    metrics,
  });

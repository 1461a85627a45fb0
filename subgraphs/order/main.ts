import type { StartSubgraph } from '@tiffin/lib/service/service';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { createOrderSubgraph } from './order-subgraph.ts';

export const start: StartSubgraph = ({ client, logger, metrics }) =>
  createOrderSubgraph({ clients: { order: client(OrderServiceService) }, logger, metrics });

// What Tiffin's own subgraphs are made of, by their names.
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { WalletServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { FlashSaleServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { DeliveryServiceService } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

export async function subgraphParts(name) {
  switch (name) {
    case 'shop': {
      const { resolvers } = await import('@tiffin/shop-subgraph/resolvers');
      const { createShopLoaders } = await import('@tiffin/shop-subgraph/loaders');
      const services = {
        shop: ShopServiceService,
        goods: GoodsServiceService,
        search: SearchServiceService,
        tracking: TrackingServiceService,
      };
      return { resolvers, services, createLoaders: createShopLoaders };
    }
    case 'order': {
      const { resolvers } = await import('@tiffin/order-subgraph/resolvers');
      const { createOrderLoaders } = await import('@tiffin/order-subgraph/loaders');
      const services = {
        order: OrderServiceService,
        delivery: DeliveryServiceService,
        flashSale: FlashSaleServiceService,
      };
      return { resolvers, services, createLoaders: createOrderLoaders };
    }
    case 'user': {
      const { resolvers } = await import('@tiffin/user-subgraph/resolvers');
      const { createUserLoaders } = await import('@tiffin/user-subgraph/loaders');
      const services = {
        account: AccountServiceService,
        wallet: WalletServiceService,
        coupon: CouponServiceService,
        tracking: TrackingServiceService,
      };
      return { resolvers, services, createLoaders: createUserLoaders };
    }
    default:
      throw new Error(`There is no subgraph ${name}.`);
  }
}

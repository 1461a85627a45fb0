/** What the resolvers of a subgraph get as the parent object of a GraphQL type. */
export interface SubgraphMappers {
  /** GraphQL type → TypeScript type: `module#Type`, or an inline type. */
  readonly types: Readonly<Record<string, string>>;
  /** GraphQL enum → `module#Enum` of the proto whose literals the resolvers see. */
  readonly enums: Readonly<Record<string, string>>;
  /** `module#Type` of the GraphQL context. */
  readonly context: string;
}

const ACCESS = '@tiffin/proto/gen/tiffin/access/v1/access';
const ACCOUNT = '@tiffin/proto/gen/tiffin/account/v1/account';
const CAMPAIGN = '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
const COMMON = '@tiffin/proto/gen/tiffin/common/v1/common';
const COUPON = '@tiffin/proto/gen/tiffin/activity/v1/coupon';
const DELIVERY = '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
const FLASH_SALE = '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
const FLASH_SALE_ADMIN = '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
const GOODS = '@tiffin/proto/gen/tiffin/goods/v1/goods';
const ORDER = '@tiffin/proto/gen/tiffin/order/v1/order';
const ORDER_ADMIN = '@tiffin/proto/gen/tiffin/order/v1/order_admin';
const SEARCH = '@tiffin/proto/gen/tiffin/search/v1/search';
const SHOP = '@tiffin/proto/gen/tiffin/shop/v1/shop';
const TRACKING = '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
const WALLET = '@tiffin/proto/gen/tiffin/account/v1/wallet';

/** By subgraph. The proto messages are the models: mapped once, at the door. */
export const mappers: Readonly<Record<string, SubgraphMappers>> = {
  order: {
    types: {
      AccessRule: './types/access-rule.ts#ShownAccessRule',
      AreaRule: `${ACCESS}#AreaRule as AreaRuleMessage`,
      Delivery: `${DELIVERY}#Delivery as DeliveryMessage`,
      DeliveryAddress: `${ORDER}#DeliveryAddress as DeliveryAddressMessage`,
      FlashSale: `${FLASH_SALE}#FlashSale as FlashSaleMessage`,
      FlashSaleEligibility: './types/flash-sale-eligibility.ts#ShownEligibility',
      FlashSaleTicket: `${FLASH_SALE}#FlashSaleTicket as FlashSaleTicketMessage`,
      // The shop subgraph owns the rest of goods and shops; here they are references.
      Goods: '{ id: string }',
      ManagedFlashSale: `${FLASH_SALE_ADMIN}#ManagedFlashSale as ManagedFlashSaleMessage`,
      Money: `${COMMON}#Money as MoneyMessage`,
      Order: `${ORDER}#Order as OrderMessage`,
      OrderItem: `${ORDER}#OrderItem as OrderItemMessage`,
      OrderStep: `${ORDER}#OrderStep as OrderStepMessage`,
      Shop: '{ id: string }',
      StuckTransaction: `${ORDER_ADMIN}#StuckTransaction as StuckTransactionMessage`,
      // The user subgraph owns the rest of a user; here it is a reference.
      User: '{ id: string }',
    },
    enums: {
      DeliveryStatus: `${DELIVERY}#DeliveryStatus`,
      FlashSaleStatus: `${FLASH_SALE}#FlashSaleStatus`,
      FlashSaleTicketStatus: `${FLASH_SALE}#FlashSaleTicketStatus`,
      OrderStatus: `${ORDER}#OrderStatus`,
      TransactionResolution: `${ORDER_ADMIN}#TransactionResolution`,
    },
    context: './context.ts#OrderContext',
  },
  shop: {
    types: {
      Category: `${GOODS}#Category as CategoryMessage`,
      Goods: `${GOODS}#Goods as GoodsMessage`,
      Money: `${COMMON}#Money as MoneyMessage`,
      Rating: `${SHOP}#Rating as RatingMessage`,
      Review: `${SHOP}#Review as ReviewMessage`,
      SearchHit: `${SEARCH}#SearchHit as SearchHitMessage`,
      Shop: `${SHOP}#Shop as ShopMessage`,
      // The user subgraph owns the rest of a user; here it is a reference.
      User: '{ id: string }',
    },
    enums: { ShopStatus: `${SHOP}#ShopStatus` },
    context: './context.ts#ShopContext',
  },
  user: {
    types: {
      Address: `${ACCOUNT}#Address as AddressMessage`,
      Campaign: `${CAMPAIGN}#Campaign as CampaignMessage`,
      Coupon: `${COUPON}#Coupon as CouponMessage`,
      // The shop subgraph owns the rest of goods and shops; here they are references.
      Goods: `{ __typename: 'Goods'; id: string }`,
      HistoryEntry: `${TRACKING}#HistoryEntry as HistoryEntryMessage`,
      Money: `${COMMON}#Money as MoneyMessage`,
      Session: `${ACCOUNT}#Session as SessionMessage`,
      Shop: `{ __typename: 'Shop'; id: string }`,
      User: `${ACCOUNT}#User as UserMessage`,
      Wallet: `${WALLET}#Wallet as WalletMessage`,
      WalletBalance: `${WALLET}#WalletBalance as WalletBalanceMessage`,
      WalletEntry: `${WALLET}#WalletEntry as WalletEntryMessage`,
    },
    enums: {
      BehaviorKind: `${TRACKING}#BehaviorKind`,
      CampaignTrigger: `${CAMPAIGN}#CampaignTrigger`,
      CouponStatus: `${COUPON}#CouponStatus`,
      Role: `${ACCOUNT}#Role`,
      WalletEntryKind: `${WALLET}#WalletEntryKind`,
    },
    context: './context.ts#UserContext',
  },
};

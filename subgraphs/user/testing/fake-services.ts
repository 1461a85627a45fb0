import type { Fakes } from '@tiffin/lib/testing/subgraph-harness';
import { Address, Role, Session, User } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { Wallet, WalletEntry, WalletEntryKind } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { Campaign, CampaignTrigger } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { Coupon, CouponStatus } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { BehaviorKind, HistoryEntry } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { UserClients } from '../clients.ts';

/** Users with such an id do not exist. */
const isMissing = (id: string) => id.startsWith('missing');

export const sampleUser = (id: string) =>
  User.fromPartial({
    id,
    displayName: `User ${id}`,
    email: `user-${id}@example.org`,
    roles: [Role.CUSTOMER],
    createdAt: new Date('2030-01-31T18:00:00Z'),
  });

export const sampleAddress = (id: string) =>
  Address.fromPartial({
    id,
    userId: '7',
    lines: { label: 'Home', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', area: 'Mitte' },
  });

export const sampleSession = (userId: string) =>
  Session.fromPartial({
    user: sampleUser(userId),
    accessToken: 'an access token',
    accessTokenExpiresAt: new Date('2030-01-31T18:15:00Z'),
    refreshToken: 'a refresh token',
  });

const eur = (amountCents: number) => ({ amountCents, currency: 'EUR' });

export const sampleWallet = (userId: string) =>
  Wallet.fromPartial({ userId, balances: [{ available: eur(2 ** 40), held: eur(250) }] });

/** An order has spent some of the wallet. */
export const sampleWalletEntry = (id: string) =>
  WalletEntry.fromPartial({
    id,
    kind: WalletEntryKind.CAPTURED,
    amount: eur(2 ** 40),
    orderId: '6',
    at: new Date('2030-01-31T18:05:00Z'),
  });

export const sampleCoupon = (id: string) =>
  Coupon.fromPartial({
    id,
    userId: '7',
    campaignId: '31',
    name: 'Winter soup',
    status: CouponStatus.AVAILABLE,
    discount: eur(300),
    minimumTotal: eur(1500),
    grantedAt: new Date('2030-01-31T18:00:00Z'),
    expiresAt: new Date('2030-02-07T18:00:00Z'),
  });

export const sampleCampaign = (id: string) =>
  Campaign.fromPartial({
    id,
    name: 'Winter soup',
    trigger: CampaignTrigger.ORDER_PAID,
    discount: eur(300),
    minimumTotal: eur(1500),
    startsAt: new Date('2030-01-01T00:00:00Z'),
    endsAt: new Date('2030-03-01T00:00:00Z'),
    couponDays: 7,
    maxCoupons: 1000,
    grantedCoupons: 12,
    version: 3,
  });

/** Goods that the user looked at. */
export const sampleHistoryEntry = (targetId: string) =>
  HistoryEntry.fromPartial({
    kind: BehaviorKind.GOODS_VIEWED,
    targetId,
    at: new Date('2030-01-31T18:10:00Z'),
  });

interface ListRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** The page of a list of three: its items are numbered from 1, and the number is the cursor. */
function pageOf<Edge>({ first, after }: ListRequest, edge: (cursor: string) => Edge) {
  const cursors = ['1', '2', '3'].slice(Number(after ?? 0));
  return { edges: cursors.slice(0, first).map(edge), hasNextPage: cursors.length > first };
}

/** Services whose reads answer every id that does not begin with "missing", and whose lists have three items. */
export const fakeServices = {
  account: {
    batchGetUsers: async ({ ids }) => ({
      users: ids.map((id) => ({ user: isMissing(id) ? undefined : sampleUser(id) })),
    }),
    batchListAddresses: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({ address: sampleAddress(`${page.parentId}-${cursor}`), cursor })),
      ),
    }),
  },
  wallet: {
    batchGetWallets: async ({ userIds }) => ({
      wallets: userIds.map((id) => ({ wallet: isMissing(id) ? undefined : sampleWallet(id) })),
    }),
    batchListWalletEntries: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({ entry: sampleWalletEntry(`${page.parentId}-${cursor}`), cursor })),
      ),
    }),
  },
  coupon: {
    batchListUserCoupons: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({ coupon: sampleCoupon(`${page.parentId}-${cursor}`), cursor })),
      ),
    }),
  },
  campaignAdmin: {
    listCampaigns: async (request) =>
      pageOf(request, (cursor) => ({ campaign: sampleCampaign(cursor), cursor })),
  },
  tracking: {
    batchListUserHistory: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({ entry: sampleHistoryEntry(`${page.parentId}${cursor}`), cursor })),
      ),
    }),
    track: async ({ events }) => ({ accepted: events.length }),
  },
} satisfies Fakes<UserClients>;

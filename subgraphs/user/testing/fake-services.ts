import type { Fakes } from '@tiffin/lib/testing/subgraph-harness';
import { Address, Role, Session, User } from '@tiffin/proto/gen/tiffin/account/v1/account';
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

/** An account service that knows every id that does not begin with "missing", and three addresses of each user. */
export const fakeServices = {
  account: {
    batchGetUsers: async ({ ids }) => ({
      users: ids.map((id) => ({ user: isMissing(id) ? undefined : sampleUser(id) })),
    }),
    batchListAddresses: async ({ pages }) => ({
      pages: pages.map(({ parentId, first, after }) => {
        const cursors = ['1', '2', '3'].slice(Number(after ?? 0));
        return {
          edges: cursors
            .slice(0, first)
            .map((cursor) => ({ address: sampleAddress(`${parentId}-${cursor}`), cursor })),
          hasNextPage: cursors.length > first,
        };
      }),
    }),
  },
} satisfies Fakes<UserClients>;

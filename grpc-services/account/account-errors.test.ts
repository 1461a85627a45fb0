import { after, before } from 'node:test';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountHarness,
  callBy,
  callByService,
  callByUser,
  openAccountHarness,
  registered,
  someLines,
} from './account-harness.ts';
import { maxAddressesOfUser } from './domain/address.ts';

let embedded: EmbeddedPostgres;
let account: AccountHarness;
before(async () => {
  embedded = await openEmbeddedPostgres();
  account = await openAccountHarness({ embedded });
});
after(async () => {
  await account.close();
  await embedded.close();
});

const idempotencyKey = 'k';
const unknownId = '4';

const accountCases = {
  Register: {
    EMAIL_TAKEN: async () => {
      const { email, password } = await registered(account);
      return account.api.register({ email, password, displayName: 'Eve' }, callBy());
    },
  },
  Login: {
    INVALID_CREDENTIALS: async () => {
      const { email } = await registered(account);
      return account.api.login({ email, password: 'wrong horse' }, callBy());
    },
  },
  RefreshSession: {
    SESSION_EXPIRED: () => account.api.refreshSession({ refreshToken: 'unknown' }, callBy()),
    SESSION_REUSED: async () => {
      const { refreshToken } = (await registered(account)).session;
      await account.api.refreshSession({ refreshToken }, callBy());
      return account.api.refreshSession({ refreshToken }, callBy());
    },
  },
  UpdateProfile: {
    USER_NOT_FOUND: () => account.api.updateProfile({ idempotencyKey }, callByUser(unknownId)),
  },
  AddAddress: {
    ADDRESS_LIMIT_REACHED: async () => {
      const { call } = await registered(account);
      const add = () => account.api.addAddress({ idempotencyKey, lines: someLines }, call);
      for (let n = 0; n < maxAddressesOfUser; n++) await add();
      return add();
    },
  },
  UpdateAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(account);
      return account.api.updateAddress({ idempotencyKey, addressId: unknownId, lines: someLines }, call);
    },
  },
  RemoveAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(account);
      return account.api.removeAddress({ idempotencyKey, addressId: unknownId }, call);
    },
  },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountService'>;

const roleOfUnknown = { idempotencyKey, userId: unknownId, role: Role.MERCHANT };

const adminCases = {
  GrantRole: { USER_NOT_FOUND: () => account.admin.grantRole(roleOfUnknown, callByService) },
  RevokeRole: { USER_NOT_FOUND: () => account.admin.revokeRole(roleOfUnknown, callByService) },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountAdminService'>;

testRpcErrorCases('tiffin.account.v1.AccountService', accountCases);
testRpcErrorCases('tiffin.account.v1.AccountAdminService', adminCases);

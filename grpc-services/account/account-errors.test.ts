import { after, before } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  createAccountTestBed,
  registered,
  someLines,
} from './account-test-bed.ts';
import { maxAddressesOfUser } from './domain/address.ts';

let bed: AccountTestBed;
before(async () => {
  bed = await createAccountTestBed();
});
after(() => bed.stop());

const idempotencyKey = 'k';
const unknownId = '4';

const accountCases = {
  Register: {
    EMAIL_TAKEN: async () => {
      const { email, password } = await registered(bed);
      return bed.api.register({ email, password, displayName: 'Eve' }, callBy());
    },
  },
  Login: {
    INVALID_CREDENTIALS: async () => {
      const { email } = await registered(bed);
      return bed.api.login({ email, password: 'wrong horse' }, callBy());
    },
  },
  RefreshSession: {
    SESSION_EXPIRED: () => bed.api.refreshSession({ refreshToken: 'unknown' }, callBy()),
    SESSION_REUSED: async () => {
      const { refreshToken } = (await registered(bed)).session;
      await bed.api.refreshSession({ refreshToken }, callBy());
      return bed.api.refreshSession({ refreshToken }, callBy());
    },
  },
  UpdateProfile: {
    USER_NOT_FOUND: () => bed.api.updateProfile({ idempotencyKey }, callByUser(unknownId)),
  },
  AddAddress: {
    ADDRESS_LIMIT_REACHED: async () => {
      const { call } = await registered(bed);
      const add = () => bed.api.addAddress({ idempotencyKey, lines: someLines }, call);
      for (let n = 0; n < maxAddressesOfUser; n++) await add();
      return add();
    },
  },
  UpdateAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(bed);
      return bed.api.updateAddress({ idempotencyKey, addressId: unknownId, lines: someLines }, call);
    },
  },
  RemoveAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(bed);
      return bed.api.removeAddress({ idempotencyKey, addressId: unknownId }, call);
    },
  },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountService'>;

const roleOfUnknown = { idempotencyKey, userId: unknownId, role: Role.MERCHANT };

const adminCases = {
  GrantRole: { USER_NOT_FOUND: () => bed.admin.grantRole(roleOfUnknown, callByService) },
  RevokeRole: { USER_NOT_FOUND: () => bed.admin.revokeRole(roleOfUnknown, callByService) },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountAdminService'>;

testRpcErrorCases('tiffin.account.v1.AccountService', accountCases);
testRpcErrorCases('tiffin.account.v1.AccountAdminService', adminCases);

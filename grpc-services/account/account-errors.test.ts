import { after, before } from 'node:test';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  createAccountTestBed,
  eur,
  registered,
  registeredWith,
  someLines,
} from './account-test-bed.ts';
import { maxAddressesOfUser } from './domain/address.ts';
import { maxBalanceCents } from './domain/wallet.ts';

let bed: AccountTestBed;
let user: CallContext | undefined;
before(async () => {
  bed = await createAccountTestBed();
});
after(() => bed.stop());

const unknownId = '4';
const someUser = callByUser('11');
const keyed = (context: CallContext, send: SendKeyed) => keyedCases(() => bed.deps, context, send);

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
    USER_NOT_FOUND: () => bed.api.updateProfile({ ...freshKey }, callByUser(unknownId)),
    ...keyed(someUser, (idempotencyKey, displayName, context) =>
      bed.api.updateProfile({ idempotencyKey, displayName }, context),
    ),
  },
  AddAddress: {
    ADDRESS_LIMIT_REACHED: async () => {
      const { call } = await registered(bed);
      const add = () => bed.api.addAddress({ ...freshKey, lines: someLines }, call);
      for (let n = 0; n < maxAddressesOfUser; n++) await add();
      return add();
    },
    ...keyed(someUser, async (idempotencyKey, label, context) => {
      // Nothing is kept for those who have no account.
      user ??= (await registered(bed)).call;
      return bed.api.addAddress(
        { idempotencyKey, lines: { ...someLines, label } },
        { ...user, deadlineMs: context.deadlineMs },
      );
    }),
  },
  UpdateAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(bed);
      return bed.api.updateAddress({ ...freshKey, addressId: unknownId, lines: someLines }, call);
    },
    ...keyed(someUser, (idempotencyKey, label, context) =>
      bed.api.updateAddress(
        { idempotencyKey, addressId: unknownId, lines: { ...someLines, label } },
        context,
      ),
    ),
  },
  RemoveAddress: {
    ADDRESS_NOT_FOUND: async () => {
      const { call } = await registered(bed);
      return bed.api.removeAddress({ ...freshKey, addressId: unknownId }, call);
    },
    ...keyed(someUser, (idempotencyKey, body, context) =>
      bed.api.removeAddress({ idempotencyKey, addressId: body === 'one' ? unknownId : '5' }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountService'>;

const roleOfUnknown = { userId: unknownId, role: Role.MERCHANT };
const otherRole = { userId: unknownId, role: Role.ADMIN };
const roleOf = (body: 'one' | 'other') => (body === 'one' ? roleOfUnknown : otherRole);

const adminCases = {
  GrantRole: {
    USER_NOT_FOUND: () => bed.admin.grantRole({ ...freshKey, ...roleOfUnknown }, callByService),
    ...keyed(callByService, (idempotencyKey, body, context) =>
      bed.admin.grantRole({ idempotencyKey, ...roleOf(body) }, context),
    ),
  },
  RevokeRole: {
    USER_NOT_FOUND: () => bed.admin.revokeRole({ ...freshKey, ...roleOfUnknown }, callByService),
    ...keyed(callByService, (idempotencyKey, body, context) =>
      bed.admin.revokeRole({ idempotencyKey, ...roleOf(body) }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.account.v1.AccountAdminService'>;

const paymentToken = 'sandbox-ok';

const walletCases = {
  TopUpWallet: {
    TOP_UP_DECLINED: () =>
      bed.wallets.topUpWallet({ ...freshKey, amount: eur(100), paymentToken: 'sandbox-declined' }, someUser),
    WALLET_LIMIT_REACHED: async () => {
      const { call } = await registeredWith(bed, maxBalanceCents.EUR);
      return bed.wallets.topUpWallet({ ...freshKey, amount: eur(1), paymentToken }, call);
    },
    ...keyed(someUser, async (idempotencyKey, body, context) => {
      // Nothing is kept for those who have no account.
      user ??= (await registered(bed)).call;
      return bed.wallets.topUpWallet(
        { idempotencyKey, amount: eur(body === 'one' ? 1 : 2), paymentToken },
        { ...user, deadlineMs: context.deadlineMs },
      );
    }),
  },
} satisfies RpcErrorCases<'tiffin.account.v1.WalletService'>;

const [heldOrder, capturedOrder, releasedOrder] = [{ orderId: '31' }, { orderId: '32' }, { orderId: '33' }];

const fundsCases = {
  HoldFunds: {
    INSUFFICIENT_FUNDS: () =>
      bed.funds.holdFunds({ ...heldOrder, userId: unknownId, amount: eur(1) }, callByService),
    TRANSACTION_ENDED: async () => {
      const { user } = await registeredWith(bed, 100);
      await bed.funds.releaseFunds(releasedOrder, callByService);
      return bed.funds.holdFunds({ ...releasedOrder, userId: user.id, amount: eur(1) }, callByService);
    },
  },
  CaptureFunds: {
    TRANSACTION_ENDED: () => bed.funds.captureFunds({ orderId: unknownId }, callByService),
  },
  ReleaseFunds: {
    TRANSACTION_ENDED: async () => {
      const { user } = await registeredWith(bed, 100);
      await bed.funds.holdFunds({ ...capturedOrder, userId: user.id, amount: eur(1) }, callByService);
      await bed.funds.captureFunds(capturedOrder, callByService);
      return bed.funds.releaseFunds(capturedOrder, callByService);
    },
  },
} satisfies RpcErrorCases<'tiffin.account.v1.FundsService'>;

testRpcErrorCases('tiffin.account.v1.AccountService', accountCases);
testRpcErrorCases('tiffin.account.v1.AccountAdminService', adminCases);
testRpcErrorCases('tiffin.account.v1.WalletService', walletCases);
testRpcErrorCases('tiffin.account.v1.FundsService', fundsCases);

import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  AccountServiceService,
  type AddressLines as AddressLinesMessage,
  type Address as AddressMessage,
  type Session as SessionMessage,
} from '@tiffin/proto/gen/tiffin/account/v1/account';
import { addAddress } from '../domain/add-address.ts';
import { type Address, type AddressLines, maxLineChars } from '../domain/address.ts';
import { batchGetAddresses } from '../domain/batch-get-addresses.ts';
import { batchGetUsers } from '../domain/batch-get-users.ts';
import { batchListAddresses } from '../domain/batch-list-addresses.ts';
import type { AccountDeps } from '../domain/deps.ts';
import { login } from '../domain/login.ts';
import { logout } from '../domain/logout.ts';
import { refreshSession } from '../domain/refresh-session.ts';
import { register } from '../domain/register.ts';
import { type RemovedAddress, removeAddress } from '../domain/remove-address.ts';
import type { Session } from '../domain/session.ts';
import { updateAddress } from '../domain/update-address.ts';
import { updateProfile } from '../domain/update-profile.ts';
import { maxDisplayNameChars, maxPasswordChars, minPasswordChars, phonePattern } from '../domain/user.ts';
import { toUserAnswer, toUserMessage, toVisibleUserMessage } from './user-message.ts';

/** A token has 43 characters; longer text is not even hashed. */
const maxRefreshTokenChars = 100;

/** What users do with their own account, and what is read of users. */
export function accountApi(deps: AccountDeps): RpcHandlers<AccountServiceService> {
  return {
    async register({ email, password, displayName }, context) {
      validate((v) => {
        v.email('email', email.trim());
        checkPassword(v, password, minPasswordChars);
        v.length('displayName', displayName, 1, maxDisplayNameChars);
      });
      return { session: toSessionMessage(await register(deps, context, { email, password, displayName })) };
    },

    async login({ email, password }, context) {
      validate((v) => {
        v.email('email', email.trim());
        checkPassword(v, password, 1);
      });
      return { session: toSessionMessage(await login(deps, context, { email, password })) };
    },

    async refreshSession({ refreshToken }) {
      validate((v) => v.length('refreshToken', refreshToken, 1, maxRefreshTokenChars));
      return { session: toSessionMessage(await refreshSession(deps, refreshToken)) };
    },

    async logout({ refreshToken }) {
      validate((v) => v.length('refreshToken', refreshToken, 1, maxRefreshTokenChars));
      await logout(deps, refreshToken);
      return {};
    },

    async batchGetUsers({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const users = await batchGetUsers(deps, context, ids);
      return { users: users.map((user) => ({ user: user && toVisibleUserMessage(user) })) };
    },

    async batchListAddresses({ pages }, context) {
      const answers = await batchListAddresses(deps, context, readParentPages(pages));
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((address) => ({
            address: toAddressMessage(address),
            cursor: encodeIdCursor(address.id),
          })),
          hasNextPage,
        })),
      };
    },

    async batchGetAddresses({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const addresses = await batchGetAddresses(deps, context, ids);
      return { addresses: addresses.map((address) => ({ address: address && toAddressMessage(address) })) };
    },

    async updateProfile(request, context) {
      const { displayName, phone } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        if (displayName !== undefined) v.length('displayName', displayName, 1, maxDisplayNameChars);
        if (phone !== undefined) v.check('phone', phonePattern.test(phone), 'must look like +4930123456');
      });
      return deps.idempotency.run(AccountServiceService.updateProfile, request, context, {
        execute: (effect) => updateProfile(context, { displayName, phone }, effect),
        respond: toUserAnswer,
      });
    },

    async addAddress(request, context) {
      const lines = checkedLines(request);
      return deps.idempotency.run(AccountServiceService.addAddress, request, context, {
        execute: (effect) => addAddress(deps, context, lines, effect),
        respond: toAddressAnswer,
      });
    },

    async updateAddress(request, context) {
      const { addressId } = request;
      const lines = checkedLines(request, (v) => v.id('addressId', addressId));
      return deps.idempotency.run(AccountServiceService.updateAddress, request, context, {
        execute: (effect) => updateAddress(context, addressId, lines, effect),
        respond: toAddressAnswer,
      });
    },

    async removeAddress(request, context) {
      const { addressId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('addressId', addressId);
      });
      return deps.idempotency.run(AccountServiceService.removeAddress, request, context, {
        execute: (effect) => removeAddress(context, addressId, effect),
        respond: (removed: RemovedAddress) => removed,
      });
    },
  };
}

/** Any character may stand in a password, so nothing but its length is checked. */
function checkPassword(v: Validator, password: string, minChars: number): void {
  const isLongEnough = [...password.slice(0, 2 * minChars)].length >= minChars;
  v.check(
    'password',
    password.length <= maxPasswordChars,
    `must be at most ${maxPasswordChars} characters long`,
  );
  v.check(
    'password',
    isLongEnough,
    minChars === 1 ? 'must not be empty' : `must be at least ${minChars} characters long`,
  );
}

function checkedLines(
  request: { readonly idempotencyKey: string; readonly lines: AddressLinesMessage | undefined },
  alsoCheck: (v: Validator) => void = () => {},
): AddressLines {
  const { lines } = request;
  validate((v) => {
    v.idempotencyKey('idempotencyKey', request.idempotencyKey);
    alsoCheck(v);
    for (const [line, maxChars] of Object.entries(maxLineChars)) {
      v.length(`lines.${line}`, lines?.[line as keyof AddressLines], 1, maxChars);
    }
  });
  // The checks above refuse absent lines.
  return lines ?? { label: '', street: '', city: '', postalCode: '', area: '' };
}

function toSessionMessage({ user, accessToken, refreshToken }: Session): SessionMessage {
  return {
    user: toUserMessage(user),
    accessToken: accessToken.token,
    accessTokenExpiresAt: new Date(accessToken.expiresAtMs),
    refreshToken,
  };
}

function toAddressAnswer(address: Address): { address: AddressMessage } {
  return { address: toAddressMessage(address) };
}

function toAddressMessage({ id, userId, ...lines }: Address): AddressMessage {
  return { id, userId, lines };
}

import { validate } from '@tiffin/lib/errors/invalid-argument';
import type { Role } from '@tiffin/lib/identity/identity';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { Role as RoleMessage } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import { toUserMessage } from '../api/user-message.ts';
import type { AccountDeps } from '../domain/deps.ts';
import { grantRole } from '../domain/grant-role.ts';
import { revokeRole } from '../domain/revoke-role.ts';

const grantableRoles: ReadonlyMap<RoleMessage, Role> = new Map([
  [RoleMessage.CUSTOMER, 'CUSTOMER'],
  [RoleMessage.MERCHANT, 'MERCHANT'],
  [RoleMessage.ADMIN, 'ADMIN'],
]);

interface RoleChange {
  readonly idempotencyKey: string;
  readonly userId: string;
  readonly role: RoleMessage;
}

/** What administrators do to users. */
export function accountAdmin(deps: AccountDeps): RpcHandlers<AccountAdminServiceService> {
  return {
    async grantRole(request, context) {
      const user = await grantRole(deps, context, request.userId, checkedRole(request));
      return { user: toUserMessage(user) };
    },

    async revokeRole(request, context) {
      const user = await revokeRole(deps, context, request.userId, checkedRole(request));
      return { user: toUserMessage(user) };
    },
  };
}

function checkedRole({ idempotencyKey, userId, role }: RoleChange): Role {
  const granted = grantableRoles.get(role);
  validate((v) => {
    v.idempotencyKey('idempotencyKey', idempotencyKey);
    v.id('userId', userId);
    v.check('role', granted !== undefined, `must be one of ${[...grantableRoles.values()].join(', ')}`);
  });
  if (granted === undefined) throw new Error('The check above lets no other role pass.');
  return granted;
}

import { validate } from '@tiffin/lib/errors/invalid-argument';
import type { Role } from '@tiffin/lib/identity/identity';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { Role as RoleMessage } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import { toUserAnswer } from '../api/user-message.ts';
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
      const role = checkedRole(request);
      return deps.idempotency.run(AccountAdminServiceService.grantRole, request, context, {
        execute: (effect) => grantRole(context, request.userId, role, effect),
        respond: toUserAnswer,
      });
    },

    async revokeRole(request, context) {
      const role = checkedRole(request);
      return deps.idempotency.run(AccountAdminServiceService.revokeRole, request, context, {
        execute: (effect) => revokeRole(context, request.userId, role, effect),
        respond: toUserAnswer,
      });
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

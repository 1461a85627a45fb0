import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { auditTask } from '@tiffin/lib/audit/audit-task';
import { loadConfig } from '@tiffin/lib/config/config';
import type { Database } from '@tiffin/lib/engines/database';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { generateTokenKeysOnce, parseSigningKey } from '@tiffin/lib/identity/token-keys';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { deletesExpiredKeys, forgetsEndedBranches } from '@tiffin/lib/service/clean-ups';
import type { Progress } from '@tiffin/lib/service/progress';
import type { StartService } from '@tiffin/lib/service/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import { FundsServiceService, WalletServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { accountConfig } from './account-config.ts';
import { accountAdmin } from './admin/account-admin.ts';
import { accountApi } from './api/account-api.ts';
import { fundsApi } from './api/funds-api.ts';
import { walletApi } from './api/wallet-api.ts';
import { AddressEntity } from './data/address-entity.ts';
import { type DemoAccount, demoAccounts, demoPassword, hasUsers, insertDemoData } from './data/demo-data.ts';
import { fundsBranch } from './data/funds-branch.ts';
import { createLoginAttempts } from './data/login-attempts.ts';
import { migrations } from './data/migrations.ts';
import { UserEntity } from './data/user-entity.ts';
import { findLogin } from './data/user-store.ts';
import { auditWallets } from './domain/audit-wallets.ts';
import type { AccountDeps } from './domain/deps.ts';
import { createHashSlots } from './domain/hash-slots.ts';
import { createScryptHasher, type PasswordHasher } from './domain/password-hash.ts';
import { createPasswords } from './domain/passwords.ts';

export { accountConfig as variables };

/** Starts the account service: users, their sessions, their addresses and their wallets. */
export const start: StartService = async (platform) => {
  const { clock, dataDir, env } = platform;
  const config = loadConfig(accountConfig, env);
  const signingKey = config.TOKEN_SIGNING_KEY
    ? await parseSigningKey(config.TOKEN_SIGNING_KEY)
    : (await generateTokenKeysOnce(join(dataDir, 'keys'))).signingKey;
  const hasher = createScryptHasher();
  const hashSlots = createHashSlots({
    maxConcurrent: config.ACCOUNT_MAX_HASHES,
    maxQueued: config.ACCOUNT_MAX_QUEUED_HASHES,
  });
  const database = await platform.openDatabase({
    schema: 'account',
    entities: [UserEntity, AddressEntity],
    migrations,
  });
  const accountsToTry = platform.demoData
    ? await provideDemoAccounts(database, hasher, platform.progress('demo users'))
    : [];
  const ids = await platform.openIds(database);
  const deps: AccountDeps = {
    clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: platform.metrics }),
    branches: createParticipant({ database, clock, branch: fundsBranch }),
    random: randomBytes,
    passwords: await createPasswords(hasher, hashSlots, randomBytes),
    loginAttempts: createLoginAttempts({
      redis: platform.redis(),
      maxAttempts: config.ACCOUNT_MAX_LOGIN_ATTEMPTS,
      windowMs: config.ACCOUNT_LOGIN_WINDOW,
    }),
    accessTokens: createAccessTokenSigner({ key: signingKey, clock }),
  };
  return {
    rpc: [
      bindRpc(AccountServiceService, accountApi(deps)),
      bindRpc(AccountAdminServiceService, accountAdmin(deps)),
      bindRpc(WalletServiceService, walletApi(deps)),
      bindRpc(FundsServiceService, fundsApi(deps)),
    ],
    tasks: [
      deletesExpiredKeys(clock, database),
      forgetsEndedBranches(clock, database),
      auditTask(platform, {
        service: 'account',
        checks: { wallets: (signal) => auditWallets(deps, signal) },
        hidesUnits: true,
      }),
    ],
    notes: accountsToTry.map(noteOf),
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};

/** None where the database holds users of its own. */
async function provideDemoAccounts(
  database: Database,
  hasher: PasswordHasher,
  progress: Progress,
): Promise<readonly DemoAccount[]> {
  if (!(await hasUsers(database))) {
    const passwordHash = await hasher.hash(demoPassword);
    await insertDemoData(database, passwordHash, progress);
  }
  return (await findLogin(database, demoAccounts[0].email)) ? demoAccounts : [];
}

function noteOf({ role, email, password }: DemoAccount): string {
  return `${role.toLowerCase().padEnd(10)}  ${email}, password ${password}`;
}

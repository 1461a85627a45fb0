import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { createAccessTokenSigner, createAccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import type { Role, UserIdentity } from '@tiffin/lib/identity/identity';
import { parseSigningKey, verifyKeysOf } from '@tiffin/lib/identity/token-keys';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import type { FundsServiceService, WalletServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import RedisMock from 'ioredis-mock';
import { exportJWK, generateKeyPair } from 'jose';
import { accountAdmin } from './admin/account-admin.ts';
import { accountApi } from './api/account-api.ts';
import { fundsApi } from './api/funds-api.ts';
import { walletApi } from './api/wallet-api.ts';
import { AddressEntity } from './data/address-entity.ts';
import { fundsBranch } from './data/funds-branch.ts';
import { createLoginAttempts } from './data/login-attempts.ts';
import { migrations } from './data/migrations.ts';
import { UserEntity } from './data/user-entity.ts';
import type { AccountDeps } from './domain/deps.ts';
import { createHashSlots } from './domain/hash-slots.ts';
import { createScryptHasher } from './domain/password-hash.ts';
import { createPasswords } from './domain/passwords.ts';

export const maxLoginAttempts = 3;

/** All doors over one database, with a virtual clock, an embedded Redis and cheap password hashes. */
export interface AccountTestBed {
  readonly api: RpcClient<AccountServiceService>;
  readonly admin: RpcClient<AccountAdminServiceService>;
  readonly wallets: RpcClient<WalletServiceService>;
  readonly funds: RpcClient<FundsServiceService>;
  readonly deps: AccountDeps;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  verifyAccessToken(token: string): Promise<UserIdentity>;
  stop(): Promise<void>;
}

/** What `openDatabase` needs beside an engine. */
export const accountSchema = { schema: 'account', entities: [UserEntity, AddressEntity], migrations };

/** Without an engine, in memory. */
export async function createAccountTestBed(
  engine?: Pick<DatabaseOptions, 'url' | 'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs'>,
): Promise<AccountTestBed> {
  const { database, statements, stop } = await openTestDatabase(accountSchema, engine);
  const clock = new VirtualClock();
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const signingKey = await parseSigningKey(JSON.stringify(await exportJWK(privateKey)));
  const verifier = createAccessTokenVerifier({ jwks: verifyKeysOf(signingKey), clock });
  const redis = new RedisMock();
  const slots = createHashSlots({ maxConcurrent: 2, maxQueued: 100 });
  const deps: AccountDeps = {
    clock,
    database,
    ids: sequentialIds(),
    idempotency: createIdempotency({ database, clock, metrics: createMetrics() }),
    branches: createParticipant({ database, clock, branch: fundsBranch }),
    random: randomBytes,
    passwords: await createPasswords(createScryptHasher({ n: 2, r: 1, p: 1 }), slots, randomBytes),
    loginAttempts: createLoginAttempts({ redis, maxAttempts: maxLoginAttempts, windowMs: 900_000 }),
    accessTokens: createAccessTokenSigner({ key: signingKey, clock }),
  };
  return {
    api: accountApi(deps),
    admin: accountAdmin(deps),
    wallets: walletApi(deps),
    funds: fundsApi(deps),
    deps,
    clock,
    statements,
    verifyAccessToken: (token) => verifier.verify(token),
    stop,
  };
}

/** A call by a user with these roles; a customer unless some are given. */
export function callByUser(userId: string, ...roles: Role[]): CallContext {
  return callBy(roles.length === 0 ? userWith(userId, 'CUSTOMER') : userWith(userId, ...roles));
}

export const callByService = callBy(ownProcess);

const password = 'correct horse';
let registrations = 0;

/** A new customer, signed in. */
export async function registered({ api }: AccountTestBed) {
  const email = `user-${++registrations}@tiffin.example`;
  const { session } = await api.register({ email, password, displayName: 'Ada' }, callBy());
  if (!session?.user) throw new Error('register answered without a session');
  return { email, password, session, user: session.user, call: callByUser(session.user.id) };
}

export const someLines = {
  label: 'Home',
  street: 'Torstraße 1',
  city: 'Berlin',
  postalCode: '10119',
  area: 'Mitte',
};

export const eur = (amountCents: number) => ({ amountCents, currency: 'EUR' });

/** A new customer with so much in the wallet. */
export async function registeredWith(bed: AccountTestBed, amountCents: number) {
  const registration = await registered(bed);
  const topUp = { ...freshKey, amount: eur(amountCents), paymentToken: 'sandbox-ok' };
  await bed.wallets.topUpWallet(topUp, registration.call);
  return registration;
}

/** What a user has of EUR. */
export async function centsOf({ wallets }: AccountTestBed, userId: string) {
  const answer = await wallets.batchGetWallets({ userIds: [userId] }, callByService);
  const balance = answer.wallets[0]?.wallet?.balances.find(({ held }) => held?.currency === 'EUR');
  return { available: balance?.available?.amountCents ?? 0, held: balance?.held?.amountCents ?? 0 };
}

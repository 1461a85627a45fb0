import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { type Database, type DatabaseOptions, openDatabase } from '@tiffin/lib/engines/database';
import { createAccessTokenSigner, createAccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { anonymous, type Identity, type Role } from '@tiffin/lib/identity/identity';
import { parseSigningKey, verifyKeysOf } from '@tiffin/lib/identity/token-keys';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import RedisMock from 'ioredis-mock';
import { exportJWK, generateKeyPair } from 'jose';
import { accountAdmin } from './admin/account-admin.ts';
import { accountApi } from './api/account-api.ts';
import { AddressEntity } from './data/address-entity.ts';
import { createLoginAttempts } from './data/login-attempts.ts';
import { migrations } from './data/migrations.ts';
import { UserEntity } from './data/user-entity.ts';
import type { AccountDeps } from './domain/deps.ts';
import { createHashSlots } from './domain/hash-slots.ts';
import { createScryptHasher } from './domain/password-hash.ts';
import { createPasswords } from './domain/passwords.ts';

export const maxLoginAttempts = 3;

/** The whole service for tests: on a real table, with a virtual clock, an embedded Redis and cheap password hashes. */
export async function openAccountHarness(engine: Pick<DatabaseOptions, 'url' | 'embedded'>) {
  const statements: string[] = [];
  const opened = await openDatabase({
    ...engine,
    schema: 'account',
    entities: [UserEntity, AddressEntity],
    migrations,
  });
  const database: Database = {
    ...opened,
    query(sql, parameters) {
      statements.push(sql);
      return opened.query(sql, parameters);
    },
  };
  const clock = new VirtualClock();
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const signingKey = await parseSigningKey(JSON.stringify(await exportJWK(privateKey)));
  const verifier = createAccessTokenVerifier({ jwks: verifyKeysOf(signingKey), clock });
  let lastId = 1_000n;
  const redis = new RedisMock();
  const slots = createHashSlots({ maxConcurrent: 2, maxQueued: 100 });
  const deps: AccountDeps = {
    clock,
    database,
    ids: { nextId: async () => ++lastId },
    random: randomBytes,
    passwords: await createPasswords(createScryptHasher({ n: 2, r: 1, p: 1 }), slots, randomBytes),
    loginAttempts: createLoginAttempts({ redis, maxAttempts: maxLoginAttempts, windowMs: 900_000 }),
    accessTokens: createAccessTokenSigner({ key: signingKey, clock }),
  };
  return {
    deps,
    clock,
    database,
    /** Every statement so far that was made outside of a transaction. */
    statements,
    api: accountApi(deps),
    admin: accountAdmin(deps),
    verifyAccessToken: (token: string) => verifier.verify(token),
    close: () => database.close(),
  };
}

export type AccountHarness = Awaited<ReturnType<typeof openAccountHarness>>;

/** A call by `identity`; by nobody unless it is given. */
export function callBy(identity: Identity = anonymous): CallContext {
  const signal = new AbortController().signal;
  return { requestId: 'test', identity, deadlineMs: Number.MAX_SAFE_INTEGER, signal };
}

export function callByUser(userId: string, ...roles: Role[]): CallContext {
  return callBy({ kind: 'user', userId, roles: roles.length === 0 ? ['CUSTOMER'] : roles });
}

export const callByService = callBy({ kind: 'service', name: 'test' });

const password = 'correct horse';
let registrations = 0;

/** A new customer, signed in. */
export async function registered({ api }: AccountHarness) {
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

import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { AccessTokenSigner } from '@tiffin/lib/identity/access-token';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { Participant } from '@tiffin/lib/tcc/participant';
import type { LoginAttempts } from '../data/login-attempts.ts';
import type { Passwords } from './passwords.ts';

/** What every use case of this service works with. */
export interface AccountDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** The wallet's part in the transactions that orders are. */
  readonly branches: Participant;
  /** So many random bytes, good enough for secrets. */
  readonly random: (bytes: number) => Buffer;
  readonly passwords: Passwords;
  readonly loginAttempts: LoginAttempts;
  readonly accessTokens: AccessTokenSigner;
}

import { durationMs, integer, secret } from '@tiffin/lib/config/variable';

/** What the environment may say to the account service. */
export const accountConfig = {
  TOKEN_SIGNING_KEY: secret({
    optional: true,
    description:
      'Private Ed25519 JWK that signs access tokens; generated once in the data directory when unset.',
  }),
  ACCOUNT_MAX_LOGIN_ATTEMPTS: integer({
    default: 10,
    min: 1,
    max: 1_000,
    description: 'Failed logins of one account before further ones are refused for a while.',
  }),
  ACCOUNT_LOGIN_WINDOW: durationMs({
    default: 15 * 60_000,
    min: 1_000,
    max: 24 * 60 * 60_000,
    description: 'How long a failed login counts.',
  }),
  ACCOUNT_MAX_HASHES: integer({
    default: 2,
    min: 1,
    max: 64,
    description: 'Password hashes computed at a time; each takes a core and 16 MiB for a sixth of a second.',
  }),
  ACCOUNT_MAX_QUEUED_HASHES: integer({
    default: 64,
    min: 0,
    max: 10_000,
    description: 'Logins and registrations that may wait for a hash; one more is told to come back later.',
  }),
} as const;

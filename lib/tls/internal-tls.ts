import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Config, ConfigError } from '../config/config.ts';
import { choice, secret } from '../config/variable.ts';

/** What encrypts the links between our processes; every text is PEM. */
export interface InternalTls {
  /** Who this process is. Absent in one that only calls others, and need not prove who it is. */
  readonly own: { readonly cert: string; readonly key: string } | undefined;
  /** Who signs the others' certificates; absent where that is one of the authorities that Node.js knows. */
  readonly ca: string | undefined;
  /** Whether callers have to show a certificate of `ca`. */
  readonly isMutual: boolean;
}

/** The end that listens. */
export type ServerTls = InternalTls & { readonly own: NonNullable<InternalTls['own']> };

// They are declared as secrets for the sake of `<NAME>_FILE`; only the key is one.
export const internalTlsVariables = {
  INTERNAL_TLS: choice({
    of: ['off', 'on', 'mutual'],
    default: 'off',
    description:
      'Whether links between processes, gRPC and HTTP, are encrypted: on, whoever answers shows a certificate; mutual, whoever calls does too. Clear-text links are then refused.',
  }),
  INTERNAL_TLS_CERT: secret({
    optional: true,
    description:
      'The certificate of this process and those between it and the authority, as PEM. It names the host that others call. Read once: a new one needs a restart.',
  }),
  INTERNAL_TLS_KEY: secret({ optional: true, description: 'The private key of INTERNAL_TLS_CERT, as PEM.' }),
  INTERNAL_TLS_CA: secret({
    optional: true,
    description:
      'The certificates that sign those of the other processes, as PEM; without it the authorities that Node.js knows.',
  }),
};

/**
 * Undefined where links are in clear text.
 * @throws ConfigError where certificates do not belong together, or are set in vain.
 */
export function internalTls(values: Config<typeof internalTlsVariables>): InternalTls | undefined {
  const { INTERNAL_TLS: mode, INTERNAL_TLS_CERT: cert, INTERNAL_TLS_KEY: key, INTERNAL_TLS_CA: ca } = values;
  if (mode === 'off') {
    // Whoever sets one believes that something is encrypted.
    if (cert ?? key ?? ca) throw new ConfigError(['Set INTERNAL_TLS: certificates are of no use without.']);
    return undefined;
  }
  if ((cert === undefined) !== (key === undefined))
    throw new ConfigError(['Set both INTERNAL_TLS_CERT and INTERNAL_TLS_KEY, or neither.']);
  if (mode === 'mutual' && (cert === undefined || ca === undefined)) {
    throw new ConfigError([
      'INTERNAL_TLS=mutual needs INTERNAL_TLS_CERT, INTERNAL_TLS_KEY and INTERNAL_TLS_CA.',
    ]);
  }
  const own = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  check('INTERNAL_TLS_CA', 'PEM certificates', () => ca === undefined || new X509Certificate(ca) !== null);
  if (own) {
    check('INTERNAL_TLS_CERT and INTERNAL_TLS_KEY', 'a PEM certificate and its private key', () =>
      new X509Certificate(own.cert).checkPrivateKey(createPrivateKey(own.key)),
    );
  }
  check('INTERNAL_TLS_*', 'usable by OpenSSL', () => createSecureContext({ ...own, ca }) !== null);
  return { own, ca, isMutual: mode === 'mutual' };
}

/** @throws Error where this process has no certificate to answer with. */
export function serverTls(tls: InternalTls | undefined): ServerTls | undefined {
  if (!tls) return undefined;
  const { own } = tls;
  if (!own) throw new Error('it answers other processes: set INTERNAL_TLS_CERT and INTERNAL_TLS_KEY.');
  return { ...tls, own };
}

/** What OpenSSL says of bad PEM helps nobody. */
function check(names: string, expected: string, holds: () => boolean): void {
  try {
    if (holds()) return;
  } catch {}
  throw new ConfigError([`${names} must be ${expected}.`]);
}

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** What scrypt costs. `n` is a power of two; memory is 128 · n · r bytes. */
export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** Turns passwords into texts that can be stored, and checks passwords against them. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Compares in constant time. @throws Error when `stored` is not a text that `hash` made. */
  verify(password: string, stored: string): Promise<boolean>;
}

/** Source: OWASP Password Storage Cheat Sheet, scrypt with 16 MiB. */
export const owaspScryptCost: ScryptCost = { n: 2 ** 14, r: 8, p: 5 };

const saltBytes = 16;
const keyBytes = 32;
const storedPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/**
 * scrypt (RFC 7914) with a salt of its own for each password. The text carries its cost, so that a later change of
 * the cost leaves old passwords valid: `$scrypt$ln=14,r=8,p=5$<salt>$<key>`, both in base64url.
 */
export function createScryptHasher(
  cost: ScryptCost = owaspScryptCost,
  random: (bytes: number) => Buffer = randomBytes,
): PasswordHasher {
  return {
    async hash(password) {
      const salt = random(saltBytes);
      const key = await deriveKey(password, salt, cost);
      const parameters = `ln=${Math.log2(cost.n)},r=${cost.r},p=${cost.p}`;
      return `$scrypt$${parameters}$${salt.toString('base64url')}$${key.toString('base64url')}`;
    },
    async verify(password, stored) {
      const [, ln, r, p, salt, key] = storedPattern.exec(stored) ?? [];
      if (!salt || !key)
        throw new Error('A stored password hash is not in the form $scrypt$ln=,r=,p=$salt$key.');
      const storedCost = { n: 2 ** Number(ln), r: Number(r), p: Number(p) };
      const expected = Buffer.from(key, 'base64url');
      return timingSafeEqual(await deriveKey(password, Buffer.from(salt, 'base64url'), storedCost), expected);
    },
  };
}

/** The same password typed on two keyboards may differ in its code points: NFKC makes them one, as NIST advises. */
function deriveKey(password: string, salt: Buffer, { n, r, p }: ScryptCost): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 128 * r * (n + p + 2) };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its private key, as PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  /** Its own certificate, as PEM. */
  readonly ca: string;
  /** Signs a certificate for hosts: `IP:127.0.0.1`, `DNS:shop`. */
  sign(name: string, hosts: readonly string[]): Promise<TestCertificate>;
}

const run = promisify(execFile);

/**
 * An authority that lasts as long as the test, made by openssl: Node.js reads X.509 certificates but makes none.
 * @throws Error where openssl is not on the PATH.
 */
export async function createTestAuthority(
  t: { after(done: () => Promise<void>): void },
  name = 'Test authority',
): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-certificates-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ca = await selfSigned(folder, name);
  let count = 0;
  return {
    ca: ca.cert,
    async sign(subject, hosts) {
      // Ours, not of a file: several are signed at a time.
      const serial = ++count;
      const path = join(folder, `signed-${serial}`);
      await openssl([
        'req',
        '-new',
        ...newKey(`${path}.key`),
        '-subj',
        `/CN=${subject}`,
        '-out',
        `${path}.csr`,
      ]);
      await writeFile(
        `${path}.ext`,
        hosts.length > 0 ? `subjectAltName=${hosts.join()}\n` : 'keyUsage=digitalSignature\n',
      );
      const by = [
        '-CA',
        join(folder, 'ca.crt'),
        '-CAkey',
        join(folder, 'ca.key'),
        '-set_serial',
        String(serial),
      ];
      const out = ['-days', '2', '-extfile', `${path}.ext`, '-out', `${path}.crt`];
      await openssl(['x509', '-req', '-in', `${path}.csr`, ...by, ...out]);
      return readPair(`${path}.crt`, `${path}.key`);
    },
  };
}

async function selfSigned(folder: string, name: string): Promise<TestCertificate> {
  const [cert, key] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  await openssl(['req', '-x509', ...newKey(key), '-subj', `/CN=${name}`, '-days', '2', '-out', cert]);
  return readPair(cert, key);
}

const newKey = (path: string) => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-keyout',
  path,
];

async function readPair(cert: string, key: string): Promise<TestCertificate> {
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', args).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('openssl is not on the PATH: this test makes its certificates with it. Install it.', {
      cause: error,
    });
  });
}

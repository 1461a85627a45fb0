import assert from 'node:assert/strict';
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningProcess } from '@tiffin/lib/topology/process-frame';
import { startProcess } from '@tiffin/lib/topology/run-process';
import { rolesOf, select } from '@tiffin/lib/topology/selection';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';

export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Each test knows the shape that its own query asks for.
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs with each query
  readonly data: any;
  readonly errors?: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions: { code: string };
  }[];
}

export interface PlatformUnderTest extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  query(text: string, options?: QueryOptions): Promise<GraphQLAnswer>;
  /** An access token of a demo account. */
  logIn(account: 'customer' | 'merchant' | 'admin'): Promise<string>;
  /** The sum of a counter or of a histogram's count over the label sets that match. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
}

export interface QueryOptions {
  readonly variables?: Record<string, unknown>;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** On a busy machine a hash of a password alone may take seconds. Tests of budgets name their own. */
const patience = { REQUEST_TIMEOUT_MS: '60s', RPC_TIMEOUT_MS: '30s' };

/** The whole platform in this process on embedded engines and a free port, with demo data, in a folder of its own. */
export async function startPlatform(
  env: Record<string, string> = {},
  parts: Topology = topology,
): Promise<PlatformUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tiffin-test-'));
  if (!env['DATABASE_URL']) await copyDemoData(dataDir);
  const running = await startIn(dataDir, env, parts);
  const url = running.addresses.get('gateway') ?? '';
  return {
    ...clientOf(url),
    dataDir,
    async [Symbol.asyncDispose]() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function startIn(dataDir: string, env: Record<string, string>, parts: Topology): Promise<RunningProcess> {
  return startProcess(
    parts,
    select(rolesOf(parts), Object.keys(parts)),
    { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent', ...patience, ...env },
    { processEvents: { on() {}, off() {}, exit() {} }, write() {} },
  );
}

/**
 * Begins with what a first start leaves behind, which takes more than half of it. The first platform of a test run makes
 * that; a file that is run alone starts from nothing.
 */
async function copyDemoData(dataDir: string): Promise<void> {
  const folder = process.env['TEST_RUN_FOLDER'];
  if (!folder) return;
  const made = join(folder, 'demo-data');
  if (!existsSync(made)) {
    const draft = join(folder, 'demo-data.draft');
    const isFirst = await mkdir(draft).then(
      () => true,
      () => false,
    );
    // While another makes it, a start from nothing is faster than to wait.
    if (!isFirst) return;
    const running = await startIn(draft, {}, topology);
    await running.stop();
    await rename(draft, made);
  }
  await cp(made, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

/** A client of a gateway, wherever it runs. */
export function clientOf(url: string): Omit<PlatformUnderTest, 'dataDir' | typeof Symbol.asyncDispose> {
  async function query(
    text: string,
    { variables, token, headers }: QueryOptions = {},
  ): Promise<GraphQLAnswer> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query: text, variables }),
    });
    const body = (await response.json()) as Pick<GraphQLAnswer, 'data' | 'errors'>;
    return { status: response.status, headers: response.headers, ...body };
  }

  return {
    url,
    query,
    async logIn(account) {
      const { data, errors } = await query(
        `mutation ($email: String!) {
          login(input: { email: $email, password: "tiffin-demo" }) {
            ... on LoginSuccess { session { accessToken } }
            ... on Error { code message }
          }
        }`,
        { variables: { email: `${account}@tiffin.example` } },
      );
      return data?.login.session?.accessToken ?? assert.fail(JSON.stringify(data?.login ?? errors));
    },
    async metric(name, labels = {}) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      const matching = lines.filter((line) =>
        Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)),
      );
      return matching.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
  };
}

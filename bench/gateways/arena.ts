import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@tiffin/lib/clock/clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { parseSigningKey } from '@tiffin/lib/identity/token-keys';
import { urlVariable } from '@tiffin/lib/topology/process-config';
import { exportJWK, generateKeyPair } from 'jose';
import { type Contender, componentsOfSubgraphs, servicesProgram, subgraphPrograms } from './contender.ts';
import type { Cores } from './cores.ts';
import { type MemoryWatch, watchMemory } from './memory-watch.ts';
import { memoryOf } from './process-usage.ts';
import { type Program, type ProgramOptions, startProgram } from './program.ts';

/** What runs for one row of the report. */
export interface Entrant {
  readonly contender: Contender;
  /** The gateway's base URL. */
  readonly url: string;
  readonly gateway: Program;
  readonly subgraphs: readonly Program[];
}

/** The services, the subgraphs and whoever is compared over them. */
export interface Arena extends AsyncDisposable {
  readonly services: Program;
  /** Of all that was started here. */
  readonly memory: MemoryWatch;
  /** Settings that all have in common and that change what is measured, to be printed. */
  readonly settings: Readonly<Record<string, string>>;
  enter(contender: Contender): Promise<Entrant>;
  /** The Authorization header of a demo user, by its number from 1. */
  authorization(userNo: number): Promise<string>;
  /** Writes a file that is gone when the arena is. */
  write(name: string, text: string): Promise<string>;
}

/** Long enough for the longest bench. */
const tokenLifetimeMs = 12 * 3_600_000;

/** The bounds of the gateway stay on, and are counted, and are never met. */
const beyondReach = '100000000';

/** A look reads /proc of the whole machine, some milliseconds; a process that plans lives for several looks. */
const lookEveryMs = 1_000;

const settings = {
  CACHE: 'on',
  LOG_LEVEL: 'error',
  RATE_LIMIT_PER_USER: beyondReach,
  RATE_LIMIT_PER_ADDRESS: beyondReach,
};

export interface ArenaOptions {
  readonly cores: Cores;
  /** NODE_OPTIONS of the gateways. */
  readonly nodeOptions: string;
  /** Where the gateways' CPU profiles go; none by default. */
  readonly profiles?: string | undefined;
}

/** Starts the services with demo data. @throws Error with the output of what does not start. */
export async function openArena({ cores, nodeOptions, profiles }: ArenaOptions): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-bench-'));
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const signingKey = JSON.stringify(await exportJWK(privateKey));
  const signer = createAccessTokenSigner({
    key: await parseSigningKey(signingKey),
    clock: systemClock,
    lifetimeMs: tokenLifetimeMs,
  });
  const shared: Record<string, string> = {
    ...settings,
    INTERNAL_TOKEN_SECRET: randomBytes(32).toString('hex'),
    TOKEN_VERIFY_KEYS: JSON.stringify({ keys: [await exportJWK(publicKey)] }),
    PORT: '0',
    OPS_PORT: '0',
    ...Object.fromEntries(componentsOfSubgraphs.map((name) => [portOf(name), '0'])),
  };
  const running: Program[] = [];
  const memory = watchMemory({
    processes: memoryOf,
    repeat: (look) => {
      const timer = setInterval(look, lookEveryMs);
      return () => clearInterval(timer);
    },
  });
  const start = async (options: ProgramOptions) => {
    const program = await startProgram({ ...options, spawned: memory.add });
    running.push(program);
    return program;
  };
  const close = async () => {
    memory[Symbol.dispose]();
    await Promise.all(running.map((program) => program.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const services = await start({
      name: 'services',
      file: servicesProgram,
      env: { ...shared, TOKEN_SIGNING_KEY: signingKey, DATA_DIR: folder },
      cores: cores.services,
    });
    for (const [name, address] of Object.entries(services.addresses)) shared[urlVariable(name)] = address;
    const subgraphs = subgraphsOnce(async (kind, component) =>
      start({
        name: `${kind} ${component}`,
        ...subgraphPrograms[kind](component),
        env: shared,
        cores: cores.subgraphs,
      }),
    );
    return {
      services,
      memory,
      settings,
      async enter(contender) {
        const below = contender.subgraphs === 'none' ? [] : await subgraphs(contender.subgraphs);
        const urls = Object.fromEntries(
          below.flatMap(({ addresses }) => Object.entries(addresses).map(endpointOf)),
        );
        const gateway = await start({
          name: contender.title,
          file: contender.file,
          args: contender.args,
          env: {
            ...shared,
            ...Object.fromEntries(Object.entries(urls).map(([name, url]) => [urlVariable(name), url])),
            SUBGRAPH_URLS: JSON.stringify(urls),
            NODE_OPTIONS: nodeOptions,
            ANSWERS_FILE: join(folder, 'answers.json'),
          },
          cores: cores.gateway,
          profiles,
        });
        return { contender, url: gateway.addresses['gateway'] ?? '', gateway, subgraphs: below };
      },
      async authorization(userNo) {
        const { token } = await signer.sign({ userId: String(demoId('user', userNo)), roles: ['CUSTOMER'] });
        return `Bearer ${token}`;
      },
      async write(name, text) {
        const path = join(folder, name);
        await writeFile(path, text);
        return path;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const portOf = (component: string) => urlVariable(component).replace(/_URL$/, '_PORT');

/** Tiffin names where a subgraph listens, Apollo Server where it answers. */
function endpointOf([name, url]: [string, string]): [string, string] {
  const isTiffins = !url.endsWith('/');
  return [name, isTiffins ? `${url}/graphql` : url];
}

type Kind = keyof typeof subgraphPrograms;

/** All who need subgraphs of a kind share them. */
function subgraphsOnce(
  start: (kind: Kind, component: string) => Promise<Program>,
): (kind: Kind) => Promise<readonly Program[]> {
  const started = new Map<Kind, Promise<readonly Program[]>>();
  return (kind) => {
    const known =
      started.get(kind) ?? Promise.all(componentsOfSubgraphs.map((component) => start(kind, component)));
    started.set(kind, known);
    return known;
  };
}

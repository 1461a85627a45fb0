import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@tiffin/lib/testing/real-kafka';
import { type LaunchedProcess, launchTiffin } from '../spawn-platform.ts';
import { type SharedEngines, splitSettings } from '../split-settings.ts';

/**
 * What runs in each process. An order cannot be placed while one of the first four is away, and each of them takes seconds
 * to come back: were there more of them, hardly anything would happen in between.
 */
const members = {
  front: 'gateway,shop-subgraph,order-subgraph,user-subgraph',
  orders: 'order:api',
  stock: 'goods:api,shop:api',
  money: 'account',
  coupons: 'activity:api,delivery:api',
  'order work': 'order:jobs,order:tasks',
  jobs: 'activity:jobs,delivery:jobs,search:jobs,shop:jobs',
  tasks: 'activity:tasks,delivery:tasks,goods:tasks,shop:tasks,search:tasks',
} as const;

export type Member = keyof typeof members;
export const memberNames = Object.keys(members) as [Member, ...Member[]];

/** The mechanism that processes run without. */
export type Mechanism = 'barrier' | 'inbox' | 'outbox';

/** The platform as processes of their own, each of which is started again when it has ended, by whatever. */
export interface Fleet extends AsyncDisposable {
  /** Of the gateway. */
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  /** What ended by itself after it was ready, with its last words. */
  readonly crashes: readonly string[];
  /** What ended before: an engine that is slow to answer is enough. */
  readonly failedStarts: readonly string[];
  /** All lines that the processes wrote, of all their lives. They log errors only. */
  lines(): string[];
  /** Ends a process as a crash of its machine would; it starts again at once. */
  kill(member: Member): Promise<void>;
  /** Resolves when all are ready. */
  up(): Promise<void>;
}

const replaceModules = new URL('replace-modules.ts', import.meta.url).href;
const restartDelayMs = 500;
const maxUpMs = 60_000;
const lastWordsChars = 1_000;

export async function startFleet(engines: SharedEngines, seed: number, without?: Mechanism): Promise<Fleet> {
  const port = String(await freePort());
  const settings: Record<string, string> = {
    ...(await splitSettings(engines)),
    PORT: port,
    SEARCH_REINDEX_INTERVAL: '0',
    NODE_OPTIONS: `--import=${replaceModules}`,
    CHAOS_SEED: String(seed),
    ...(without && { CHAOS_WITHOUT: without }),
  };
  for (const name of ['SHOP', 'ORDER', 'USER']) settings[`${name}_SUBGRAPH_PORT`] = '0';
  const running = new Map<Member, LaunchedProcess>();
  const lives = new Map<Member, number>();
  const launched: LaunchedProcess[] = [];
  const crashes: string[] = [];
  const failedStarts: string[] = [];
  let isStopping = false;

  function launch(member: Member): LaunchedProcess {
    const life = (lives.get(member) ?? 0) + 1;
    lives.set(member, life);
    const one = launchTiffin(['--run', members[member]], { ...settings, CHAOS_PROCESS: `${member} ${life}` });
    running.set(member, one);
    launched.push(one);
    void one.exited.then(() => startAgain(member, one));
    return one;
  }

  /** What its machine would do for a process that ended by itself. */
  async function startAgain(member: Member, ended: LaunchedProcess): Promise<void> {
    if (isStopping || running.get(member) !== ended) return;
    const list = await ended.ready.then(
      () => crashes,
      () => failedStarts,
    );
    list.push(`${member}: ${ended.output().slice(-lastWordsChars)}`);
    await delay(restartDelayMs);
    if (!isStopping && running.get(member) === ended) launch(member);
  }

  const fleet: Fleet = {
    url: `http://127.0.0.1:${port}`,
    settings,
    crashes,
    failedStarts,
    lines: () => launched.flatMap(({ output }) => output().split('\n')),
    async kill(member) {
      const victim = running.get(member);
      running.delete(member);
      await victim?.end('SIGKILL');
      launch(member);
    },
    async up() {
      for (const deadlineMs = Date.now() + maxUpMs; ; await delay(restartDelayMs)) {
        const states = await Promise.allSettled([...running.values()].map(({ ready }) => ready));
        if (states.every(({ status }) => status === 'fulfilled')) return;
        if (Date.now() > deadlineMs) throw new Error(`Not all are up:\n${failedStarts.slice(-3).join('\n')}`);
      }
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await Promise.all([...running.values()].map((one) => one.end('SIGKILL')));
    },
  };
  for (const member of memberNames) launch(member);
  await fleet.up().catch(async (error) => {
    await fleet[Symbol.asyncDispose]();
    throw error;
  });
  return fleet;
}

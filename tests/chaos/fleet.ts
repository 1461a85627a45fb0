import { freePort } from '@tiffin/lib/testing/free-port';
import { type SharedEngines, splitSettings } from '../split-settings.ts';
import { type KeptProcesses, keepProcesses } from './kept-processes.ts';

/**
 * What runs in each process. An order cannot be placed while one of the first four is away, and each of them takes seconds
 * to come back: were there more of them, hardly anything would happen in between.
 */
const members = {
  front: { run: 'gateway,shop-subgraph,order-subgraph,user-subgraph' },
  orders: { run: 'order:api' },
  stock: { run: 'goods:api,shop:api' },
  money: { run: 'account' },
  coupons: { run: 'activity:api,delivery:api' },
  'order work': { run: 'order:jobs,order:tasks' },
  jobs: { run: 'activity:jobs,delivery:jobs,search:jobs,shop:jobs' },
  tasks: { run: 'activity:tasks,delivery:tasks,goods:tasks,shop:tasks,search:tasks' },
} as const;

export type Member = keyof typeof members;
export const memberNames = Object.keys(members) as [Member, ...Member[]];

/** The mechanism that processes run without. */
export type Mechanism = 'barrier' | 'inbox' | 'outbox';

/** The platform as processes of their own. */
export interface Fleet extends KeptProcesses<Member> {
  /** Of the gateway. */
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
}

const replaceModules = new URL('replace-modules.ts', import.meta.url).href;

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
  return { url: `http://127.0.0.1:${port}`, settings, ...(await keepProcesses(members, settings)) };
}

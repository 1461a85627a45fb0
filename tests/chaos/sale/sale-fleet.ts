import { freePort } from '@tiffin/lib/testing/free-port';
import { portVariable, urlVariable } from '@tiffin/lib/topology/process-config';
import { type SharedEngines, splitSettings } from '../../split-settings.ts';
import { type KeptProcess, type KeptProcesses, keepProcesses } from '../kept-processes.ts';
import type { Layer } from './layers.ts';

/** What runs in each process: two of everything that stands between a buyer and an order. */
const members = {
  'gateway 1': 'gateway,shop-subgraph,order-subgraph,user-subgraph',
  'gateway 2': 'gateway,shop-subgraph,order-subgraph,user-subgraph',
  'orders 1': 'order',
  'orders 2': 'order',
  'sales 1': 'activity',
  'sales 2': 'activity',
  people: 'account,access',
  others: 'goods,shop,delivery,search',
} as const;

export type SaleMember = keyof typeof members;
export const saleMembers = Object.keys(members) as [SaleMember, ...SaleMember[]];

export interface SaleFleet extends KeptProcesses<SaleMember> {
  /** Of both gateways. */
  readonly urls: readonly [string, string];
  readonly settings: Readonly<Record<string, string>>;
}

const replaceModules = new URL('replace-modules.ts', import.meta.url).href;

/** Those who stand behind the second gateway know each other; whoever is there once knows the first of each. */
export async function startSaleFleet(engines: SharedEngines, seed: number): Promise<SaleFleet> {
  const ports = [String(await freePort()), String(await freePort())] as const;
  const settings = { ...(await splitSettings(engines)), ...saleSettings(seed) };
  const second: Record<string, string> = {};
  for (const service of ['order', 'activity']) {
    const port = String(await freePort());
    second[portVariable(service)] = port;
    second[urlVariable(service)] = `127.0.0.1:${port}`;
  }
  const kept = Object.fromEntries(
    saleMembers.map((member): [SaleMember, KeptProcess] => {
      const isSecond = member.endsWith('2');
      return [
        member,
        { run: members[member], settings: { ...(isSecond && second), PORT: isSecond ? ports[1] : ports[0] } },
      ];
    }),
  ) as Record<SaleMember, KeptProcess>;
  return {
    urls: [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`],
    settings,
    ...(await keepProcesses(kept, settings)),
  };
}

/** What processes are told besides engines and secrets. */
export function saleSettings(seed: number, without: readonly Layer[] = []): Record<string, string> {
  const settings: Record<string, string> = {
    SEARCH_REINDEX_INTERVAL: '0',
    NODE_OPTIONS: `--import=${replaceModules}`,
    CHAOS_SEED: String(seed),
    SALE_WITHOUT: without.join(),
    SALE_UNPAID_MS: '8000',
    // All buyers share an address.
    RATE_LIMIT_PER_ADDRESS: '0',
  };
  for (const name of ['SHOP', 'ORDER', 'USER']) settings[`${name}_SUBGRAPH_PORT`] = '0';
  return settings;
}

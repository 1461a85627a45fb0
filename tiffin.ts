import { accountConfig } from '@tiffin/account/account-config';
import { gatewayVariables, standaloneVariables } from '@tiffin/gateway/gateway-config';
import { lazily } from '@tiffin/lib/topology/lazily';
import type { Topology } from '@tiffin/lib/topology/topology';
import { searchConfig } from '@tiffin/search/search-config';

/**
 * Every component of the platform and whom it calls. Calls between components of one process have no socket; the
 * others go to the callee's `<NAME>_URL`. They start in this order, and a process loads only those that it runs. A
 * service has roles, which processes may share out among themselves: `--run order:api` and `--run order:jobs`.
 */
export const topology: Topology = {
  access: {
    kind: 'service',
    start: lazily(() => import('@tiffin/access/main')),
    roles: ['api'],
    usesEvents: false,
    hasDatabase: false,
    port: 5007,
    calls: ['account', 'order'],
  },
  account: {
    kind: 'service',
    start: lazily(() => import('@tiffin/account/main')),
    roles: ['api', 'tasks'],
    usesEvents: false,
    port: 5001,
    calls: [],
    variables: accountConfig,
    sharedWhenSplit: ['TOKEN_SIGNING_KEY'],
  },
  activity: {
    kind: 'service',
    start: lazily(() => import('@tiffin/activity/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5005,
    calls: ['access', 'account', 'goods'],
  },
  delivery: {
    kind: 'service',
    start: lazily(() => import('@tiffin/delivery/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5006,
    calls: [],
  },
  tracking: {
    kind: 'service',
    start: lazily(() => import('@tiffin/tracking/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5009,
    // Back to those who call it: each asks the other only after its start, or does without.
    calls: ['shop', 'goods'],
  },
  goods: {
    kind: 'service',
    start: lazily(() => import('@tiffin/goods/main')),
    roles: ['api', 'tasks'],
    usesEvents: true,
    port: 5003,
    calls: ['shop', 'tracking'],
  },
  shop: {
    kind: 'service',
    start: lazily(() => import('@tiffin/shop/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5002,
    calls: ['goods', 'tracking'],
  },
  order: {
    kind: 'service',
    start: lazily(() => import('@tiffin/order/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5004,
    calls: ['account', 'shop', 'goods', 'activity'],
  },
  search: {
    kind: 'service',
    start: lazily(() => import('@tiffin/search/main')),
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5008,
    calls: ['shop', 'goods'],
    variables: searchConfig,
  },
  'user-subgraph': {
    kind: 'subgraph',
    start: lazily(() => import('@tiffin/user-subgraph/main')),
    port: 4002,
    calls: ['account', 'activity', 'tracking'],
  },
  'shop-subgraph': {
    kind: 'subgraph',
    start: lazily(() => import('@tiffin/shop-subgraph/main')),
    port: 4001,
    calls: ['shop', 'goods', 'search', 'tracking'],
  },
  'order-subgraph': {
    kind: 'subgraph',
    start: lazily(() => import('@tiffin/order-subgraph/main')),
    port: 4003,
    calls: ['order', 'delivery', 'activity'],
  },
  gateway: {
    kind: 'gateway',
    start: lazily(() => import('@tiffin/gateway/main')),
    port: 4000,
    calls: ['shop-subgraph', 'order-subgraph', 'user-subgraph'],
    variables: gatewayVariables,
    sharedWhenSplit: ['TOKEN_VERIFY_KEYS'],
    standalone: {
      start: lazily(() => import('@tiffin/gateway/standalone')),
      variables: standaloneVariables,
    },
  },
};

if (import.meta.main) {
  const { runCommand } = await import('@tiffin/lib/topology/run-command');
  await runCommand(topology, process.argv.slice(2), process.env);
}

import { variables as accountVariables, start as startAccount } from '@tiffin/account/main';
import { variables as gatewayVariables, start as startGateway } from '@tiffin/gateway/main';
import { start as startGoods } from '@tiffin/goods/main';
import { runProcess } from '@tiffin/lib/topology/run-process';
import type { Topology } from '@tiffin/lib/topology/topology';
import { start as startOrder } from '@tiffin/order/main';
import { start as startOrderSubgraph } from '@tiffin/order-subgraph/main';
import { variables as searchVariables, start as startSearch } from '@tiffin/search/main';
import { start as startShop } from '@tiffin/shop/main';
import { start as startShopSubgraph } from '@tiffin/shop-subgraph/main';
import { start as startUserSubgraph } from '@tiffin/user-subgraph/main';

/**
 * Every component of the platform and whom it calls. Calls between components of one process have no socket; the
 * others go to the callee's `<NAME>_URL`. They start in this order.
 */
export const topology: Topology = {
  account: {
    kind: 'service',
    start: startAccount,
    port: 5001,
    calls: [],
    variables: accountVariables,
    sharedWhenSplit: ['TOKEN_SIGNING_KEY'],
  },
  goods: { kind: 'service', start: startGoods, port: 5003, calls: ['shop'] },
  shop: { kind: 'service', start: startShop, port: 5002, calls: ['goods'] },
  order: { kind: 'service', start: startOrder, port: 5004, calls: ['account', 'shop', 'goods'] },
  search: {
    kind: 'service',
    start: startSearch,
    port: 5008,
    calls: ['shop', 'goods'],
    variables: searchVariables,
  },
  'user-subgraph': { kind: 'subgraph', start: startUserSubgraph, port: 4002, calls: ['account'] },
  'shop-subgraph': {
    kind: 'subgraph',
    start: startShopSubgraph,
    port: 4001,
    calls: ['shop', 'goods', 'search'],
  },
  'order-subgraph': { kind: 'subgraph', start: startOrderSubgraph, port: 4003, calls: ['order'] },
  gateway: {
    kind: 'gateway',
    start: startGateway,
    port: 4000,
    calls: ['shop-subgraph', 'order-subgraph', 'user-subgraph'],
    variables: gatewayVariables,
    sharedWhenSplit: ['TOKEN_VERIFY_KEYS'],
  },
};

if (import.meta.main) await runProcess(topology, process.argv.slice(2), process.env);

import { registerReplacements } from '../register-replacements.ts';
import type { Layer } from './layers.ts';

/**
 * For `node --import`: processes of the flash sale under chaos run the product's code, but for the modules that are named
 * here. SALE_WITHOUT names layers that are off besides, divided by commas. The product has no switch for any of it.
 */
const inAll = {
  'lib/events/kafka/kafka-bus.ts': '../faults/kafka-bus.ts',
  'lib/events/kafka/kafka-settings.ts': '../faults/kafka-settings.ts',
  'lib/engines/database.ts': 'faults/database.ts',
  'grpc-services/order/domain/order.ts': 'faults/order.ts',
};

const layers: Readonly<Record<Layer, Readonly<Record<string, string>>>> = {
  dedupe: { 'grpc-services/activity/data/sale-scripts.ts': 'without/sale-scripts.ts' },
  amount: { 'grpc-services/activity/data/sale-scripts.ts': 'without/sale-scripts.ts' },
  decrement: { 'grpc-services/activity/data/hold-unit.ts': 'without/hold-unit.ts' },
  unique: { 'grpc-services/order/data/flash-order-store.ts': 'without/flash-order-store.ts' },
};

const without = (process.env['SALE_WITHOUT'] ?? '').split(',').filter((name) => name in layers) as Layer[];
registerReplacements(Object.assign({}, inAll, ...without.map((layer) => layers[layer])), import.meta.url);

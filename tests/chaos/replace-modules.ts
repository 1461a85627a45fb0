import { registerReplacements } from './register-replacements.ts';

/**
 * For `node --import`: processes under chaos run the product's code, but for the modules that are named here. Some answers
 * get lost in all of them, and some events come twice; CHAOS_WITHOUT takes one mechanism away besides. The product has no switch for either.
 */
const inAll = {
  'lib/rpc/grpc-server.ts': 'faults/grpc-server.ts',
  'lib/events/outbox-relay.ts': 'faults/outbox-relay.ts',
  'lib/events/kafka/kafka-bus.ts': 'faults/kafka-bus.ts',
  'lib/events/kafka/kafka-settings.ts': 'faults/kafka-settings.ts',
  'lib/engines/database.ts': 'faults/database.ts',
};

const mechanisms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  barrier: { 'lib/tcc/barrier.ts': 'without/barrier.ts' },
  inbox: { 'lib/events/inbox.ts': 'without/inbox.ts' },
  outbox: { 'lib/events/outbox.ts': 'without/outbox.ts' },
};

registerReplacements({ ...inAll, ...mechanisms[process.env['CHAOS_WITHOUT'] ?? ''] }, import.meta.url);

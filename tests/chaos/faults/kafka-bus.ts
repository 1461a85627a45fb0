import type { EventBus } from '@tiffin/lib/events/event-bus';
import { createKafkaBus as create, type KafkaBusOptions } from '@tiffin/lib/events/kafka/kafka-bus';
import { losing } from './losing.ts';
import { twiceLine } from './twice-line.ts';

const isTwice = losing('deliveries', 0.1);
const isAtOnce = losing('deliveries at once', 0.5);

/** A tenth of what is delivered is delivered twice, half of that at the same moment. */
export function createKafkaBus(options: KafkaBusOptions): EventBus {
  const bus = create(options);
  return {
    ...bus,
    subscribe(subscription) {
      const { handle } = subscription;
      return bus.subscribe({
        ...subscription,
        async handle(delivery) {
          if (!isTwice()) return handle(delivery);
          process.stdout.write(`${twiceLine}\n`);
          if (isAtOnce()) return void (await Promise.all([handle(delivery), handle(delivery)]));
          await handle(delivery);
          await handle(delivery);
        },
      });
    },
  };
}

import { createOutbox as create, type Outbox, type OutboxOptions } from '@tiffin/lib/events/outbox';

export { outboxTableSql } from '@tiffin/lib/events/outbox';

/**
 * How long events lie in memory, as they do where somebody sends them in batches. Long enough that on a slow machine, too,
 * some do when their process is killed.
 */
const keptMs = 4_000;

/** Events are written a moment after their transaction, and whether it commits or not. */
export function createOutbox(options: OutboxOptions): Outbox {
  return {
    async add(em, event, context) {
      const id = await options.newEventId();
      const outbox = create({ ...options, newEventId: () => id });
      const apart = em.fork();
      setTimeout(() => void outbox.add(apart, event, context).catch(() => {}), keptMs);
      return id;
    },
  };
}

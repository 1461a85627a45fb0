import { createInbox as create, type Inbox, type InboxOptions } from '@tiffin/lib/events/inbox';

export { inboxTableSql } from '@tiffin/lib/events/inbox';

/** Writes down what was seen, and does everything again all the same. */
export function createInbox(options: InboxOptions): Inbox {
  const { database } = options;
  return {
    ...create(options),
    once: (consumer, eventId, work, budget) =>
      database.transaction(async (em) => {
        await em.execute(
          `insert into "${database.schema}".inbox (consumer, event_id, seen_at) values (?, ?, now())
           on conflict do nothing`,
          [consumer, eventId],
        );
        await work(em);
        return true;
      }, budget),
  };
}

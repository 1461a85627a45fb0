import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { CounterMetric, GaugeMetric, Metrics } from '@tiffin/lib/telemetry/metrics';
import { findOldestQueuedMs, refuseForgottenTickets } from '../data/flash-ticket-store.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashTicket } from './flash-ticket.ts';

/** Twice as long as the orders take a ticket for one that can have an order: whatever comes of it later comes too late. */
export const FORGOTTEN_MS = 20 * 60_000;
const MAX_TICKETS = 200;
/** Of each batch: enough to begin a search with. */
const MAX_LOGGED_IDS = 10;

export interface ForgottenOptions extends Pick<ActivityDeps, 'database' | 'clock' | 'ticketMoved'> {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Refuses tickets that nobody has decided. The order service does so itself when it fails at one; this is for those that
 * it never heard of, or about which it could write nothing down: their event is a dead letter. Their units are free again,
 * and an event that is sent again finds that they have ended. It tells how long the oldest of the others has waited.
 */
export class ForgottenTickets {
  readonly #options: ForgottenOptions;
  readonly #refused: CounterMetric<never>;
  readonly #oldest: GaugeMetric<never>;

  constructor(options: ForgottenOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#refused = metrics.counter({
      name: 'tiffin_flash_sale_forgotten_tickets_total',
      help: 'Tickets of flash sales that were refused because nobody had decided them.',
    });
    this.#oldest = metrics.gauge({
      name: 'tiffin_flash_sale_oldest_queued_seconds',
      help: 'How long the ticket of a flash sale has waited that waits longest; 0 where none does.',
    });
  }

  async refuse(signal?: AbortSignal): Promise<void> {
    const { database, clock, ticketMoved } = this.#options;
    while (!signal?.aborted) {
      const nowMs = clock.now();
      const refused = await database.transaction((em) =>
        refuseForgottenTickets(em, nowMs - FORGOTTEN_MS, MAX_TICKETS, nowMs),
      );
      this.#tell(refused);
      for (const ticket of refused) ticketMoved(ticket);
      if (refused.length < MAX_TICKETS) break;
    }
    const oldestMs = await findOldestQueuedMs(database);
    const ageMs = oldestMs === undefined ? 0 : clock.now() - oldestMs;
    this.#oldest.set({}, Math.max(0, ageMs) / 1_000);
  }

  #tell(refused: readonly FlashTicket[]): void {
    if (refused.length === 0) return;
    this.#refused.inc({}, refused.length);
    const ids = refused.slice(0, MAX_LOGGED_IDS).map(({ id }) => id);
    this.#options.logger.warn({ tickets: refused.length, ids }, 'tickets of flash sales that nobody decided');
  }
}

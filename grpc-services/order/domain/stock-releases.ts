import { type Clock, sleep } from '@tiffin/lib/clock/clock';
import type { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { within } from '@tiffin/lib/lifecycle/within';
import { type CallContext, remainingMs } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import type { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { orderService } from './own-behalf.ts';

export interface StockReleasesOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
  readonly metrics: Metrics;
  readonly stock: Pick<RpcClient<typeof StockServiceService>, 'releaseStock'>;
  /** Owns the releases under way. */
  readonly tasks: Pick<TaskScope, 'run'>;
}

/** Gives back what orders took from the stock. */
export interface StockReleases {
  /**
   * Releases the stock of an order, trying several times with a budget of its own: it goes on when the caller goes
   * away. Resolves when it is done, or when waiting longer would cost the caller too much; never rejects. Where
   * `isKept` says that the order needs its stock after all, nothing is released.
   */
  release(context: CallContext, orderId: string, isKept?: () => Promise<boolean>): Promise<void>;
}

/** Before each attempt. */
const delaysMs = [0, 100, 400, 1_600] as const;
const attemptTimeoutMs = 2_000;
/** The most that a caller waits, and never more than half of what it has left: it has an answer to bring home. */
const maxWaitMs = 1_000;

export function createStockReleases(options: StockReleasesOptions): StockReleases {
  const { clock, logger, metrics, stock, tasks } = options;
  const failures = metrics.counter({
    name: 'tiffin_order_failed_releases_total',
    help: 'Releases of stock that were given up: their units stay reserved.',
  });

  function giveUp(requestId: string, orderId: string, err: unknown): void {
    failures.inc({});
    logger.error({ requestId, orderId, err }, 'the stock of an order stays reserved');
  }

  async function attempt(requestId: string, orderId: string, isKept: () => Promise<boolean>): Promise<void> {
    if (await isKept()) return;
    const deadlineMs = clock.now() + attemptTimeoutMs;
    const { signal } = new AbortController();
    await stock.releaseStock({ orderId }, { requestId, identity: orderService, deadlineMs, signal });
  }

  /** `stopping` ends the waits between attempts, and lets the one under way finish. */
  async function persist(
    requestId: string,
    orderId: string,
    isKept: () => Promise<boolean>,
    stopping: AbortSignal,
  ): Promise<void> {
    let lastError: unknown;
    for (const delayMs of delaysMs) {
      if (delayMs > 0) await sleep(clock, delayMs, stopping);
      if (stopping.aborted) break;
      try {
        return await attempt(requestId, orderId, isKept);
      } catch (error) {
        lastError = error;
      }
    }
    giveUp(requestId, orderId, lastError);
  }

  return {
    async release(context, orderId, isKept = async () => false) {
      const { requestId } = context;
      const { promise: done, resolve } = Promise.withResolvers<void>();
      const isStarted = tasks.run('release-stock', (stopping) =>
        persist(requestId, orderId, isKept, stopping).finally(resolve),
      );
      if (!isStarted) return giveUp(requestId, orderId, undefined);
      await within(clock, Math.min(maxWaitMs, remainingMs(context, clock) / 2), done);
    },
  };
}

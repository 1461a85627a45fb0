import {
  createDelayedTaskRunner,
  type DelayedTaskRunner,
  type DelayedTaskRunnerOptions,
} from '@tiffin/lib/delayed/delayed-task-runner';
import type { DelayedTask } from '@tiffin/lib/delayed/delayed-tasks';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { closeUnpaid, closeUnpaidKind } from '../domain/close-unpaid.ts';
import { completeDelivered, completeDeliveredKind } from '../domain/complete-order.ts';
import type { OrderDeps } from '../domain/deps.ts';
import { lateTicketKind, refuseLateTicket } from '../domain/late-ticket.ts';
import { orderService } from '../domain/own-behalf.ts';

/**
 * Moves orders on when their time has come: unpaid ones are closed, delivered ones completed, and tickets that no order
 * came of are refused.
 */
export function moveOrdersOn(
  deps: Pick<OrderDeps, 'clock' | 'database' | 'outbox' | 'transactions' | 'flashSales' | 'signals'>,
  { logger, metrics }: Pick<DelayedTaskRunnerOptions, 'logger' | 'metrics'>,
): DelayedTaskRunner {
  const { clock, database } = deps;
  const handlers = {
    [closeUnpaidKind]: (task: DelayedTask, signal: AbortSignal) =>
      closeUnpaid(deps, callOf(task, signal), task.key),
    [completeDeliveredKind]: (task: DelayedTask, signal: AbortSignal) =>
      completeDelivered(deps, callOf(task, signal), task.key),
    [lateTicketKind]: (task: DelayedTask, signal: AbortSignal) =>
      refuseLateTicket(deps, callOf(task, signal), task.key),
  };
  return createDelayedTaskRunner({ database, clock, logger, metrics, handlers });
}

function callOf({ kind, key, deadlineMs }: DelayedTask, signal: AbortSignal): CallContext {
  return { requestId: `${kind}-${key}`, identity: orderService, deadlineMs, signal };
}

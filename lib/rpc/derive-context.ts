import type { AppError } from '../errors/app-error.ts';
import type { CallContext } from './call-context.ts';

/** A context for one call, and the function that aborts its signal. */
export interface DerivedContext {
  readonly context: CallContext;
  end(reason: AppError): void;
}

/**
 * A context like `parent` with a deadline and a signal of its own. The signal is created when somebody asks for it:
 * most handlers never do, and an AbortController is the dearest part of a call within the process.
 */
export function deriveContext(parent: CallContext, deadlineMs: number): DerivedContext {
  let controller: AbortController | undefined;
  let endedBy: AppError | undefined;
  return {
    context: {
      requestId: parent.requestId,
      identity: parent.identity,
      deadlineMs,
      span: parent.span,
      freshness: parent.freshness,
      onDegraded: parent.onDegraded,
      get signal() {
        if (!controller) {
          controller = new AbortController();
          if (endedBy) controller.abort(endedBy);
        }
        return controller.signal;
      },
    },
    end(reason) {
      endedBy = reason;
      controller?.abort(reason);
    },
  };
}

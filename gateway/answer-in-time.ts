import type { Clock, Timer } from '@tiffin/lib/clock/clock';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { type ExecutionResult, GraphQLError } from 'graphql';

/** How long after the call's end its fetches have to say what they got; most end with it. */
const graceMs = 100;

/** What the execution answers, or why the call has ended: the client waits no longer than it said it would. */
export function answerInTime(
  execution: Promise<ExecutionResult>,
  { signal }: CallContext,
  clock: Clock,
): Promise<ExecutionResult> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const onEnd = () => {
      timer = clock.setTimer(graceMs, () => {
        const error = toAppError(signal.reason);
        resolve({ errors: [new GraphQLError(error.message, { extensions: errorExtensions(error) })] });
      });
    };
    if (signal.aborted) onEnd();
    else signal.addEventListener('abort', onEnd, { once: true });
    execution.then(resolve, reject).finally(() => {
      timer?.cancel();
      signal.removeEventListener('abort', onEnd);
    });
  });
}

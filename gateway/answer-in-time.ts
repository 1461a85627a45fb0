import type { Clock, Timer } from '@tiffin/lib/clock/clock';
import type { CallContext } from '@tiffin/lib/rpc/call-context';

/** How long after the call's end its fetches have to say what they got; most end with it. */
const graceMs = 100;

/** What the work gives, or what `late` makes of it once the call has ended: the client waits no longer than it said. */
export function answerInTime<Answer>(
  work: Promise<Answer>,
  { signal }: CallContext,
  clock: Clock,
  late: () => Answer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const settle = () => {
      timer?.cancel();
      signal.removeEventListener('abort', onEnd);
    };
    const onEnd = () => {
      timer = clock.setTimer(graceMs, () => resolve(late()));
    };
    if (signal.aborted) onEnd();
    else signal.addEventListener('abort', onEnd, { once: true });
    work.then(
      (answer) => {
        settle();
        resolve(answer);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}

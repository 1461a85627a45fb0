import type { Clock, Timer } from '../clock/clock.ts';

/** Lets one holder in at a time, in order of arrival. */
export interface SessionGate {
  /** Resolves to the function that lets the next one in; it is idempotent. Rejects with `SessionBusy`. */
  enter(): Promise<() => void>;
}

export interface SessionGateOptions {
  clock: Clock;
  /** Longest wait of one caller. */
  maxWaitMs: number;
  /** Callers that may wait at once; one more is refused at once. */
  maxWaiting: number;
}

/** The embedded database was not free in time. Most often a transaction awaits something that needs the database. */
export class SessionBusy extends Error {
  override readonly name = 'SessionBusy';
}

interface Waiting {
  admit(): void;
}

/**
 * The queue in front of the one session of the embedded database. PGlite's own mutex waits for ever: a read outside
 * of the transaction that awaits it would hang the whole process without a word. Here it fails with a sentence.
 */
export function createSessionGate({ clock, maxWaitMs, maxWaiting }: SessionGateOptions): SessionGate {
  const waiting = new Set<Waiting>();
  let occupied = false;

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      occupied = false;
      const [next] = waiting;
      next?.admit();
    };
  }

  return {
    enter() {
      if (!occupied) {
        occupied = true;
        return Promise.resolve(leaveOnce());
      }
      if (waiting.size >= maxWaiting) {
        return Promise.reject(
          new SessionBusy(`The embedded database has ${maxWaiting} callers waiting; try again later.`),
        );
      }
      return new Promise((resolve, reject) => {
        const finish = () => {
          timer.cancel();
          waiting.delete(waiter);
        };
        const timer: Timer = clock.setTimer(maxWaitMs, () => {
          finish();
          reject(
            new SessionBusy(
              `The embedded database was not free for ${maxWaitMs} ms. It is one session: a transaction must do all ` +
                'its work through its own EntityManager and await nothing else.',
            ),
          );
        });
        const waiter: Waiting = {
          admit() {
            finish();
            occupied = true;
            resolve(leaveOnce());
          },
        };
        waiting.add(waiter);
      });
    },
  };
}

import { AppError } from '../../errors/app-error.ts';
import type { Network } from './fates.ts';

/** A network without a clock: what is late waits until the test delivers it, and whoever waits in vain is told at once. */
export interface Mail extends Network {
  /** Notes what is under way, so that nothing is when the test looks. */
  track<Result>(delivery: Promise<Result>): Promise<Result>;
  /** Delivers what is late: all, or every other one. */
  deliver(share: 'all' | 'half'): Promise<void>;
}

export function createMail(): Mail {
  const late: (() => Promise<unknown>)[] = [];
  const underWay = new Set<Promise<unknown>>();
  return {
    later: (deliver) => void late.push(deliver),
    timeOut: () => Promise.reject(new AppError('DEADLINE_EXCEEDED', {})),
    track(delivery) {
      const ended: Promise<unknown> = delivery.catch(() => {}).then(() => underWay.delete(ended));
      underWay.add(ended);
      return delivery;
    },
    async deliver(share) {
      const chosen = late.splice(0, share === 'all' ? late.length : Math.ceil(late.length / 2));
      await Promise.allSettled(chosen.map((deliver) => deliver()));
      await Promise.all(underWay);
    },
  };
}

import type { Promised, SaleCounters } from '../data/sale-counters.ts';
import { gather } from './gather.ts';

/**
 * Tells Redis that a promise has its row, so that whoever asks again is answered without a look at SQL, and nobody looks
 * for the row. Neither waits nor fails: where it comes to nothing the reconciler finds the row. Those of a moment share a
 * round trip.
 */
export type KeepPromise = (saleId: string, promised: Promised) => void;

export function createKeepPromise(counters: Pick<SaleCounters, 'markKept'>): KeepPromise {
  const tell = gather(
    async (keys) => {
      const promises = keys.map((key) => {
        const [saleId = '', userId = '', ticketId = ''] = key.split(':');
        return { saleId, userId, ticketId };
      });
      const bySale = Map.groupBy(promises, ({ saleId }) => saleId);
      await Promise.all([...bySale].map(([saleId, promised]) => counters.markKept(saleId, promised)));
      return new Map();
    },
    { maxKeys: 100, maxWaiting: 10_000 },
  );
  return (saleId, { userId, ticketId }) => {
    tell(`${saleId}:${userId}:${ticketId}`).catch(() => {});
  };
}

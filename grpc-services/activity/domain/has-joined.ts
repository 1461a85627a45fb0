import type { SaleCounters } from '../data/sale-counters.ts';
import { gather } from './gather.ts';

/**
 * Whether a user has joined a flash sale, as far as Redis knows. It is asked for whoever would be told that nothing is
 * left, which may be thousands at once: up to 100 of them share a round trip.
 */
export type HasJoined = (saleId: string, userId: string) => Promise<boolean>;

export function createHasJoined(counters: Pick<SaleCounters, 'findJoined'>): HasJoined {
  const ask = gather(
    async (keys) => {
      const asked = keys.map((key) => {
        const [saleId = '', userId = ''] = key.split(':');
        return { saleId, userId };
      });
      const joined = await counters.findJoined(asked);
      return new Map(keys.map((key, index) => [key, joined[index] ?? false]));
    },
    { maxKeys: 100, maxWaiting: 10_000 },
  );
  return async (saleId, userId) => (await ask(`${saleId}:${userId}`)) ?? false;
}

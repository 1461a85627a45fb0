import type { EntityManager } from '@mikro-orm/postgresql';

/** Lets a user review a shop from now on. Once is enough. */
export async function insertReviewer(em: EntityManager, shopId: string, userId: string): Promise<void> {
  await em.execute('insert into shop.reviewer (shop_id, user_id) values (?, ?) on conflict do nothing', [
    shopId,
    userId,
  ]);
}

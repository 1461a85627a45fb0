import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Runs the one transaction in which a use case writes. What `work` returns is the use case's answer, and is kept under
 * the caller's idempotency key in the same transaction. `undefined` says that nothing was written: then nothing is
 * kept, and another effect may follow. The rules of `Database.transaction` hold.
 */
export type Effect<Answer extends object> = <Done extends Answer | undefined>(
  work: (em: EntityManager) => Promise<Done>,
) => Promise<Done>;

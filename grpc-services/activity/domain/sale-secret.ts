import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import { secretOf } from '../data/flash-sale-store.ts';

export interface SaleSecretsOptions {
  readonly clock: Clock;
  readonly database: Database;
  /** 32 bytes that nobody guesses. */
  readonly newSecret: () => Uint8Array;
}

const KEPT_MS = 10 * 60_000;
const MAX_SALES = 1_000;

/**
 * The secrets of flash sales, from which tokens are made. One comes into being when somebody first asks for a token of a
 * sale that runs: nobody can have known it before. It stands in the database, and this process keeps it for 10 minutes.
 */
export class SaleSecrets {
  readonly #options: SaleSecretsOptions;
  /** The oldest first. */
  readonly #kept = new Map<string, { readonly secret: Uint8Array; readonly untilMs: number }>();
  readonly #underWay = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(options: SaleSecretsOptions) {
    this.#options = options;
  }

  /** Without a promise where this process knows. Undefined where there is no such flash sale. */
  of(saleId: string): Uint8Array | Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(saleId);
    if (kept && this.#options.clock.now() < kept.untilMs) return kept.secret;
    const underWay = this.#underWay.get(saleId);
    if (underWay) return underWay;
    const read = this.#read(saleId).finally(() => this.#underWay.delete(saleId));
    this.#underWay.set(saleId, read);
    return read;
  }

  async #read(saleId: string): Promise<Uint8Array | undefined> {
    const { clock, database, newSecret } = this.#options;
    const secret = await secretOf(database, saleId, newSecret());
    if (!secret) return undefined;
    this.#kept.delete(saleId);
    this.#kept.set(saleId, { secret, untilMs: clock.now() + KEPT_MS });
    if (this.#kept.size > MAX_SALES) this.#kept.delete(this.#kept.keys().next().value ?? '');
    return secret;
  }
}

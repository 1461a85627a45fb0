import type { Clock } from '@tiffin/lib/clock/clock';
import type { ErrorDetails } from '@tiffin/lib/errors/error-catalogue.gen';
import { LRUCache } from 'lru-cache';
import type { FlashSale } from './flash-sale.ts';

export interface AccessDenialsOptions {
  readonly clock: Clock;
  /** Users of flash sales; the one that was asked for longest ago makes room. Default 50,000, which is about 20 MB. */
  readonly maxDenials?: number;
}

/** As long as access remembers a verdict itself: whoever may take part from now on waits for a minute at most. */
export const DENIED_MS = 30_000;

/** Whoever chose so many addresses that would not do waits until the first of them is forgotten, whatever the next one. */
export const MAX_DENIED_ADDRESSES = 3;

type Denial = ErrorDetails['ACCESS_DENIED'];

interface Denied {
  readonly denial: Denial;
  readonly untilMs: number;
  /** Those that would not do; undefined where it is not for the address. */
  readonly addressIds: readonly string[] | undefined;
}

/**
 * Whom access kept out of flash sales of late, as this process heard it. However often such a user comes back, nobody
 * else waits for it: the answer is here before the bucket is asked for a token. Other rules, another version: asked anew;
 * another address too, a few times, where it is the address that would not do.
 */
export class AccessDenials {
  readonly #clock: Clock;
  readonly #denials: LRUCache<string, Denied>;

  constructor({ clock, maxDenials = 50_000 }: AccessDenialsOptions) {
    this.#clock = clock;
    this.#denials = new LRUCache({ max: maxDenials });
  }

  /** `addressId`: where one is chosen. */
  find(
    sale: Pick<FlashSale, 'id' | 'version'>,
    userId: string,
    addressId: string | undefined,
  ): Denial | undefined {
    const known = this.#fresh(keyOf(sale, userId));
    if (!known) return undefined;
    const { denial, addressIds } = known;
    if (!addressIds || addressIds.length >= MAX_DENIED_ADDRESSES) return denial;
    return addressId !== undefined && addressIds.includes(addressId) ? denial : undefined;
  }

  note(
    sale: Pick<FlashSale, 'id' | 'version'>,
    userId: string,
    addressId: string | undefined,
    denial: Denial,
  ): void {
    const key = keyOf(sale, userId);
    const forUser = { denial, untilMs: this.#clock.now() + DENIED_MS, addressIds: undefined };
    if (denial.rule !== 'AREA' || addressId === undefined) return void this.#denials.set(key, forUser);
    const known = this.#fresh(key);
    if (!known) return void this.#denials.set(key, { ...forUser, addressIds: [addressId] });
    if (!known.addressIds || known.addressIds.includes(addressId)) return;
    this.#denials.set(key, { ...known, denial, addressIds: [...known.addressIds, addressId] });
  }

  #fresh(key: string): Denied | undefined {
    const known = this.#denials.get(key);
    return known && this.#clock.now() < known.untilMs ? known : undefined;
  }
}

const keyOf = ({ id, version }: Pick<FlashSale, 'id' | 'version'>, userId: string) =>
  `${id} ${version} ${userId}`;

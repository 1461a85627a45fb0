import type { Clock } from '@tiffin/lib/clock/clock';
import type { Identity } from '@tiffin/lib/identity/identity';
import type { SharedCounters } from '@tiffin/lib/resilience/shared-counters';
import { clientAddress } from './client-address.ts';
import { NewDocuments } from './new-documents.ts';
import { RequestRate, rateWindowMs } from './request-rate.ts';

/** How much one client may ask; 0 is no bound. */
export interface ClientLimitSettings {
  /** Requests in a minute. */
  readonly maxRequestsPerUser: number;
  readonly maxRequestsPerAddress: number;
  /** Documents in a minute that the process does not know. */
  readonly maxNewDocuments: number;
}

export const defaultClientLimits: ClientLimitSettings = {
  maxRequestsPerUser: 60_000,
  maxRequestsPerAddress: 120_000,
  maxNewDocuments: 600,
};

/** What bounds each client of the gateway by itself: who is signed in, and the address that requests come from. */
export class ClientLimits {
  readonly #users: RequestRate | undefined;
  readonly #addresses: RequestRate | undefined;
  readonly #documents: NewDocuments;

  constructor(settings: ClientLimitSettings, clock: Clock, counters: SharedCounters) {
    const rate = (limit: number, keyOf: (client: string) => string) =>
      limit === 0
        ? undefined
        : new RequestRate({
            clock,
            limit,
            shared: counters.window({ limit, windowMs: rateWindowMs }),
            keyOf,
          });
    this.#users = rate(settings.maxRequestsPerUser, (userId) => `edge:user:${userId}`);
    this.#addresses = rate(settings.maxRequestsPerAddress, (address) => `edge:addr:${address}`);
    this.#documents = new NewDocuments(clock, settings.maxNewDocuments);
  }

  /** Before anything is done for a request. @throws AppError RATE_LIMITED */
  countAddress(ip: string): void {
    this.#addresses?.count(clientAddress(ip));
  }

  /** Once it is known who sends it. @throws AppError RATE_LIMITED */
  countUser(identity: Identity): void {
    if (identity.kind === 'user') this.#users?.count(identity.userId);
  }

  /** Before a document is read that is not known. @throws AppError RATE_LIMITED */
  countNewDocument(identity: Identity, ip: string): void {
    this.#documents.count(
      identity.kind === 'user' ? `user:${identity.userId}` : `address:${clientAddress(ip)}`,
    );
  }
}

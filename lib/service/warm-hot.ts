import { randomUUID } from 'node:crypto';
import type { Cache } from '../cache/cache.ts';
import type { WarmKind } from '../cache/hot/warm-up.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Platform } from './service.ts';

export interface WarmHotOptions {
  /** Who asks. */
  readonly service: string;
  readonly cache: Pick<Cache, 'find'>;
  readonly kind: WarmKind;
  /** Ids that the kind had better know, the most wanted first; at most 100. */
  list(call: CallContext): Promise<readonly string[]>;
  /** For all of it. Default 1,000 ms. */
  readonly timeoutMs?: number;
}

/**
 * Reads through a cache what another service says is wanted most, before a process turns ready. It adds to the cache's own
 * list, which knows what was read and nothing after Redis has lost it. Never rejects: who cannot be asked holds up nobody.
 */
export async function warmHot(
  { clock, logger }: Pick<Platform, 'clock' | 'logger'>,
  { service, cache, kind, list, timeoutMs = 1_000 }: WarmHotOptions,
): Promise<void> {
  const deadlineMs = clock.now() + timeoutMs;
  const over = new AbortController();
  const requestId = `${service}-${randomUUID()}`;
  const call: CallContext = {
    requestId,
    identity: { kind: 'service', name: service },
    deadlineMs,
    signal: over.signal,
  };
  const warm = async () => {
    const ids = await list(call);
    if (ids.length > 0) await kind.read(cache, ids, deadlineMs);
  };
  try {
    if ((await within(clock, timeoutMs, warm())) === timedOut) logger.info({ service }, 'not warmed in time');
  } catch (error) {
    logger.info({ service, err: error }, 'not warmed');
  } finally {
    over.abort();
  }
}

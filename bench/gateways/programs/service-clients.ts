import { randomUUID } from 'node:crypto';
import { systemClock } from '@tiffin/lib/clock/clock';
import { createAccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { anonymous } from '@tiffin/lib/identity/identity';
import { createInternalTokens } from '@tiffin/lib/identity/internal-token';
import { parseVerifyKeys } from '@tiffin/lib/identity/token-keys';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createRpcMetrics } from '@tiffin/lib/rpc/rpc-metrics';
import { freshnessOf } from '@tiffin/lib/subgraph/with-freshness';
import { createLogger } from '@tiffin/lib/telemetry/logger';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { createLinks, type Links } from '@tiffin/lib/topology/links';
import { urlVariable } from '@tiffin/lib/topology/process-config';
import { setting } from './child.ts';

/** The way to the services that everybody takes who is compared with Tiffin: its own gRPC client. */
export interface ServiceClients {
  readonly client: Links['client'];
  /** The call of a request, by its Authorization header; each token is verified once. */
  callOf(authorization: string | undefined, isMutation: boolean): Promise<CallContext>;
}

const timeoutMs = 5_000;

/** Reads where the services are from the environment, as Tiffin does. */
export async function openServiceClients(): Promise<ServiceClients> {
  const clock = systemClock;
  const logger = createLogger({ level: 'warn', format: 'text', clock });
  const links = createLinks({
    clock,
    logger,
    metrics: createRpcMetrics(createMetrics()),
    urlOf: (component) => process.env[urlVariable(component)],
    tokens: createInternalTokens({ secret: setting('INTERNAL_TOKEN_SECRET'), clock }),
    timeoutMs: 2_000,
  });
  const jwks = await parseVerifyKeys(setting('TOKEN_VERIFY_KEYS'));
  const tokens = createAccessTokenVerifier({ jwks, clock });
  // Nobody cancels: that costs the others less than it costs Tiffin.
  const { signal } = new AbortController();
  return {
    client: links.client,
    async callOf(authorization, isMutation) {
      const identity = authorization ? await tokens.verify(authorization.slice('Bearer '.length)) : anonymous;
      return {
        requestId: randomUUID(),
        identity,
        deadlineMs: clock.now() + timeoutMs,
        signal,
        freshness: freshnessOf(isMutation),
        onDegraded() {},
      };
    },
  };
}

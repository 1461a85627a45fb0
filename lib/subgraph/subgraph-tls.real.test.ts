import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Agent, request } from 'undici';
import { systemClock as clock } from '../clock/clock.ts';
import { anonymous } from '../identity/identity.ts';
import { createInternalTokens, identityHeader } from '../identity/internal-token.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger as logger } from '../testing/silent-logger.ts';
import { createTestAuthority } from '../testing/test-certificates.ts';
import type { InternalTls, ServerTls } from '../tls/internal-tls.ts';
import { OperationScope } from './operation-scope.ts';
import { createRemoteSubgraph } from './remote-subgraph.ts';
import { createSubgraphServer } from './subgraph-server.ts';

const [ours, others] = await Promise.all([
  createTestAuthority({ after }),
  createTestAuthority({ after }, 'Others'),
]);
const host = ['IP:127.0.0.1'];
const [shop, wrongHost, gateway, stranger] = await Promise.all([
  ours.sign('shop', host),
  ours.sign('elsewhere', ['DNS:elsewhere.example']),
  ours.sign('gateway', []),
  others.sign('stranger', host),
]);
const { ca } = ours;
const tokens = createInternalTokens({ secret: 'a secret of thirty-two characters', clock });
const data = { data: { title: 'Emma' } };

async function serve(tls: ServerTls | undefined): Promise<string> {
  const app = createSubgraphServer({
    subgraph: { name: 'library', execute: async () => data, prepare: () => assert.fail('Not used.') },
    tokens,
    tls,
    clock,
    logger,
    metrics: createMetrics(),
    isReady: () => true,
    budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 5_000 },
    newRequestId: () => 'made-here',
  });
  after(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function call(origin: string, tls: InternalTls | undefined): Promise<unknown> {
  const url = new URL(`${origin}/graphql`);
  const remote = createRemoteSubgraph({ name: 'library', url, tokens, tls, clock, logger });
  const context = {
    requestId: 'test',
    identity: anonymous,
    deadlineMs: clock.now() + 5_000,
    signal: new AbortController().signal,
  };
  const result = await remote.execute({ query: '{ title }' }, context, new OperationScope());
  await remote.close();
  return result.errors?.[0]?.extensions['code'] ?? JSON.parse(JSON.stringify(result));
}

const asClient = (tls: Partial<InternalTls>): InternalTls => ({
  own: undefined,
  ca,
  isMutual: false,
  ...tls,
});
const [open, encrypted, mutual, misnamed] = await Promise.all([
  serve(undefined),
  serve({ own: shop, ca, isMutual: false }),
  serve({ own: shop, ca, isMutual: true }),
  serve({ own: wrongHost, ca, isMutual: false }),
]);

const calls: [what: string, origin: string, tls: InternalTls | undefined, expected: unknown][] = [
  ['both in clear text', open, undefined, data],
  ['a gateway that trusts who signed', encrypted, asClient({}), data],
  ['both show a certificate', mutual, asClient({ own: gateway, isMutual: true }), data],
  ['a gateway in clear text', encrypted.replace('https:', 'http:'), undefined, 'UNAVAILABLE'],
  ['a gateway that trusts another authority', encrypted, asClient({ ca: others.ca }), 'UNAVAILABLE'],
  ['a gateway that trusts only public authorities', encrypted, undefined, 'UNAVAILABLE'],
  ['a certificate for another host', misnamed, asClient({}), 'UNAVAILABLE'],
  // The subgraph refuses who speaks to it: between us, so the client learns nothing.
  ['a gateway without a certificate where one is wanted', mutual, asClient({}), 'INTERNAL'],
  ['a gateway with a certificate of another authority', mutual, asClient({ own: stranger }), 'INTERNAL'],
];
for (const [what, origin, tls, expected] of calls) {
  const outcome = typeof expected === 'string' ? expected : 'answered';
  test(`${what}: ${outcome}`, async () => assert.deepEqual(await call(origin, tls), expected));
}

test('where callers show a certificate, orchestrators need none, and a good token alone is not enough', async () => {
  const dispatcher = new Agent({ connect: { ca } });
  after(() => dispatcher.close());
  const ready = await request(`${mutual}/readyz`, { dispatcher });
  assert.deepEqual([ready.statusCode, await ready.body.json()], [200, { status: 'ready' }]);
  const asked = await request(`${mutual}/graphql`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', [identityHeader]: await tokens.sign(anonymous) },
    body: '{"query":"{ title }"}',
  });
  await asked.body.dump();
  assert.equal(asked.statusCode, 401);
});

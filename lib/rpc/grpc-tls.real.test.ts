import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { systemClock as clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import { createInternalTokens } from '../identity/internal-token.ts';
import { createTestAuthority } from '../testing/test-certificates.ts';
import type { InternalTls, ServerTls } from '../tls/internal-tls.ts';
import { createGrpcServer } from './grpc-server.ts';
import { createGrpcTransport } from './grpc-transport.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { bindRpc } from './rpc-binding.ts';
import { createRpcClient } from './rpc-client.ts';
import { createRpcServer } from './rpc-server.ts';

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
const { metrics, logger } = new RecordedCalls();
const observe = { clock, metrics, logger };
const answer = { edges: [], hasNextPage: false };

async function serve(tls: ServerTls | undefined): Promise<string> {
  const unused = async () => assert.fail('Not used.');
  const service = bindRpc(ShopServiceService, {
    listShops: async () => answer,
    batchGetShops: unused,
    batchListShopReviews: unused,
    batchListUserReviews: unused,
    addReview: unused,
  });
  const server = createRpcServer({ services: [service], declaredCodes: {}, ...observe });
  const grpc = createGrpcServer({ server, tokens, tls, ...observe });
  const { port } = await grpc.listen('127.0.0.1', 0);
  after(() => grpc.drain(0));
  return `127.0.0.1:${port}`;
}

/** What a client with these certificates gets: the answer, or the code of the failure. */
async function call(address: string, tls: InternalTls | undefined): Promise<unknown> {
  const transport = createGrpcTransport({ address, tokens, tls, clock });
  const client = createRpcClient(ShopServiceService, transport, { ...observe, timeoutMs: 2_000 });
  const context = {
    requestId: 'test',
    identity: anonymous,
    deadlineMs: clock.now() + 2_000,
    signal: new AbortController().signal,
  };
  try {
    return await client.listShops({ first: 1 }, context);
  } catch (error) {
    return error instanceof AppError ? error.code : error;
  } finally {
    transport.close();
  }
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

const calls: [what: string, address: string, tls: InternalTls | undefined, expected: unknown][] = [
  ['both in clear text', open, undefined, answer],
  ['a client that trusts who signed', encrypted, asClient({}), answer],
  ['a client that shows a certificate nobody asked for', encrypted, asClient({ own: gateway }), answer],
  ['both show a certificate', mutual, asClient({ own: gateway, isMutual: true }), answer],
  ['a client in clear text, an encrypted server', encrypted, undefined, 'UNAVAILABLE'],
  ['an encrypted client, a server in clear text', open, asClient({}), 'UNAVAILABLE'],
  ['a client that trusts another authority', encrypted, asClient({ ca: others.ca }), 'UNAVAILABLE'],
  ['a client that trusts only public authorities', encrypted, asClient({ ca: undefined }), 'UNAVAILABLE'],
  ['a certificate for another host', misnamed, asClient({}), 'UNAVAILABLE'],
  ['a client without a certificate where one is wanted', mutual, asClient({}), 'UNAVAILABLE'],
  ['a client with a certificate of another authority', mutual, asClient({ own: stranger }), 'UNAVAILABLE'],
];
for (const [what, address, tls, expected] of calls) {
  const outcome = typeof expected === 'string' ? expected : 'answered';
  test(`${what}: ${outcome}`, async () => assert.deepEqual(await call(address, tls), expected));
}

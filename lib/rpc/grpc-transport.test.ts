import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import { createInternalTokens, type InternalTokenSigner } from '../identity/internal-token.ts';
import type { CallContext } from './call-context.ts';
import { createGrpcServer } from './grpc-server.ts';
import { createGrpcTransport } from './grpc-transport.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { RetryBudget } from './retry-budget.ts';
import { bindRpc } from './rpc-binding.ts';
import { createRpcClient } from './rpc-client.ts';
import { createRpcServer } from './rpc-server.ts';
import type { RpcHandlers } from './service.ts';
import { testCall } from './test-call.ts';
import { type Connect, testTransport } from './transport.contract.ts';

const secret = 'a secret of thirty-two characters';

const connect: Connect = async (server, clock, { metrics, logger }, tracing) => {
  const tokens = createInternalTokens({ secret, clock });
  const grpc = createGrpcServer({ server, tokens, clock, metrics, logger, tracing });
  const { port } = await grpc.listen('127.0.0.1', 0);
  const transport = createGrpcTransport({ address: `127.0.0.1:${port}`, tokens, clock });
  return {
    transport,
    drain: (graceMs) => grpc.drain(graceMs),
    async close() {
      transport.close();
      await grpc.drain(0);
    },
  };
};

testTransport(connect);

type ListShops = RpcHandlers<ShopServiceService>['listShops'];
const noShops = { edges: [], hasNextPage: false };

async function openServer(listShops: ListShops, port = 0) {
  const clock = new VirtualClock();
  const recorded = new RecordedCalls();
  const observe = { clock, metrics: recorded.metrics, logger: recorded.logger };
  const others = async () => assert.fail('Not used.');
  const shop = bindRpc(ShopServiceService, {
    listShops,
    batchGetShops: others,
    batchListShopReviews: others,
    batchListUserReviews: others,
    addReview: others,
  });
  const server = createRpcServer({ services: [shop], declaredCodes: {}, ...observe });
  const tokens = createInternalTokens({ secret, clock });
  const grpc = createGrpcServer({ server, tokens, ...observe });
  const bound = await grpc.listen('127.0.0.1', port);
  return { grpc, port: bound.port, clock, recorded, tokens, observe };
}

type OpenServer = Awaited<ReturnType<typeof openServer>>;

function openClient({ clock, observe, port }: OpenServer, tokens: InternalTokenSigner) {
  const transport = createGrpcTransport({ address: `127.0.0.1:${port}`, tokens, clock });
  const client = createRpcClient(ShopServiceService, transport, { ...observe, timeoutMs: 60_000 });
  const listShops = (after?: string, reads: Partial<CallContext> = {}) =>
    client.listShops(
      { first: 1, after },
      {
        requestId: 'test',
        identity: anonymous,
        deadlineMs: clock.now() + 60_000,
        signal: new AbortController().signal,
        ...reads,
      },
    );
  return { listShops, close: () => transport.close() };
}

test('a call without a good token is refused before the handler runs', async () => {
  let handled = 0;
  const server = await openServer(async () => {
    handled++;
    return noShops;
  });
  const { clock } = server;
  const expired = new VirtualClock(clock.now() - 61_000);
  const badSigners: InternalTokenSigner[] = [
    { sign: async () => '' },
    { sign: async () => 'a.b.c' },
    createInternalTokens({ secret: 'another secret of the same length', clock }),
    createInternalTokens({ secret, clock: expired }),
  ];
  for (const tokens of badSigners) {
    const client = openClient(server, tokens);
    await assert.rejects(client.listShops(), (error) => AppError.is(error, 'UNAUTHENTICATED'));
    client.close();
  }
  assert.equal(handled, 0);
  assert.equal(server.recorded.lines.filter(({ level }) => level === 'warn').length, badSigners.length);
  await server.grpc.drain(0);
});

test('the trailer with what was degraded holds 20 names at most, and none where nobody asked for it', async (t) => {
  const seen: CallContext[] = [];
  const server = await openServer(async (_request, context) => {
    seen.push(context);
    context.onDegraded?.('x'.repeat(1_000_000));
    for (let index = 0; index < 1_000; index++) context.onDegraded?.(`kind-${index}`);
    return noShops;
  });
  const client = openClient(server, server.tokens);
  t.after(() => {
    client.close();
    return server.grpc.drain(0);
  });
  const told: string[] = [];
  const onDegraded = (what: string) => void told.push(what);
  await client.listShops('', { onDegraded });
  await client.listShops('', { onDegraded, freshness: 'latest' });
  await client.listShops('', { onDegraded, freshness: 'yesterday' as 'latest' });
  assert.deepEqual(told, []);
  assert.deepEqual(
    seen.map(({ freshness, onDegraded: tell }) => [freshness, tell]),
    [
      [undefined, undefined],
      ['latest', undefined],
      [undefined, undefined],
    ],
  );
  await client.listShops('', { onDegraded, freshness: 'any' });
  assert.equal(told.length, 20);
  assert.equal(new Set(told).size, 20);
});

test('a message over the limit is refused, on the way out as well as in', async () => {
  const server = await openServer(async () => ({
    edges: [{ shop: undefined, cursor: 'x'.repeat(5_000_000) }],
    hasNextPage: false,
  }));
  const client = openClient(server, server.tokens);
  await assert.rejects(client.listShops('x'.repeat(5_000_000)), (error) => AppError.is(error, 'INTERNAL'));
  await assert.rejects(client.listShops(), (error) => AppError.is(error, 'INTERNAL'));
  client.close();
  await server.grpc.drain(0);
});

test('a server that is away is UNAVAILABLE, logged with its reason; the client finds it when it is back', async () => {
  const server = await openServer(async () => noShops);
  const client = openClient(server, server.tokens);
  await client.listShops();
  await server.grpc.drain(0);
  await assert.rejects(client.listShops(), (error) => AppError.is(error, 'UNAVAILABLE'));
  const [line] = server.recorded.lines.filter(({ level }) => level === 'warn');
  assert.match(String(line?.fields['reason']), /ECONNREFUSED|No connection|UNAVAILABLE/i);

  const again = await openServer(async () => noShops, server.port);
  const startedAt = performance.now();
  while (performance.now() - startedAt < 10_000) {
    const answer = await client.listShops().catch(() => undefined);
    if (answer) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await client.listShops(), noShops);
  client.close();
  await again.grpc.drain(0);
});

test('a call to a server that is away is sent three times', async () => {
  const { clock, recorded, tokens, observe, grpc, port } = await openServer(async () => noShops);
  await grpc.drain(0);
  const transport = createGrpcTransport({ address: `127.0.0.1:${port}`, tokens, clock });
  const repeatableRpcs = { [ShopServiceService.listShops.path]: 'always' } as const;
  const retries = { repeatableRpcs, budget: new RetryBudget(clock) };
  const client = createRpcClient(ShopServiceService, transport, { ...observe, timeoutMs: 60_000, retries });
  const { context } = testCall({ deadlineMs: clock.now() + 60_000 });
  const call = assert.rejects(
    client.listShops({ first: 1 }, context),
    (error) => AppError.is(error, 'UNAVAILABLE') && error.isRetried,
  );
  while (recorded.calls.length === 0) await clock.advance(1);
  await call;
  assert.deepEqual(recorded.retries, ['failed', 'failed']);
  transport.close();
});

test('a drain that takes too long cancels what still runs', { timeout: 10_000 }, async () => {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const server = await openServer((_request, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve(signal.reason));
    started.resolve();
    return new Promise(() => {});
  });
  const client = openClient(server, server.tokens);
  const call = assert.rejects(client.listShops(), AppError);
  await started.promise;
  const drained = server.grpc.drain(3_000);
  await server.clock.advance(3_000);
  await drained;
  await call;
  assert.ok(AppError.is(await aborted.promise, 'CANCELLED'));
  client.close();
});

test('a port that is taken is refused with a sentence', async () => {
  const server = await openServer(async () => noShops);
  await assert.rejects(
    openServer(async () => noShops, server.port),
    /Cannot listen on 127\.0\.0\.1:\d+; is the port taken\?/,
  );
  await server.grpc.drain(0);
});

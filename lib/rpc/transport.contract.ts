import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  GoodsAdminServiceService,
  type UpdateGoodsRequest,
} from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { detailCodec } from '../errors/detail-codec.ts';
import { type ErrorCode, errorCatalogue } from '../errors/error-catalogue.gen.ts';
import { anonymous, type Identity } from '../identity/identity.ts';
import { inSpan } from '../telemetry/in-span.ts';
import { type RecordedSpans, recordSpans } from '../telemetry/span-test-bed.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { type CallContext, remainingMs } from './call-context.ts';
import { DegradedNames } from './degraded-names.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { RetryBudget } from './retry-budget.ts';
import { bindRpc } from './rpc-binding.ts';
import { createRpcClient } from './rpc-client.ts';
import { createRpcServer, type RpcServer } from './rpc-server.ts';
import type { RpcTransport } from './rpc-transport.ts';
import type { RpcClient, RpcHandlers, ServiceDefinition } from './service.ts';

/** One end of a transport connected to the other. */
export interface Connection {
  readonly transport: RpcTransport;
  /** Takes no new calls and waits for those that run. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** How the transport under test reaches a server. */
export type Connect = (
  server: RpcServer,
  clock: VirtualClock,
  recorded: RecordedCalls,
  tracing: Tracing,
) => Promise<Connection>;

type ShopHandlers = Partial<RpcHandlers<ShopServiceService>>;
type GoodsHandlers = Partial<RpcHandlers<GoodsAdminServiceService>>;

const listShopsPath = ShopServiceService.listShops.path;
const batchGetShopsPath = ShopServiceService.batchGetShops.path;
const addReviewPath = ShopServiceService.addReview.path;
const rpcCodes = (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => !errorCatalogue[code].edge);
const declaredCodes = { [listShopsPath]: rpcCodes, [addReviewPath]: ['SHOP_NOT_FOUND'] } as const;
const repeatableRpcs = { [listShopsPath]: 'always', [batchGetShopsPath]: 'always' } as const;
const noShops = { edges: [], hasNextPage: false };
const listRequest = { first: 10 };
const reviewRequest = { idempotencyKey: 'key-0001', shopId: '7', stars: 5, text: 'Good.' };

/** What every transport must do alike, whatever lies between the two ends. */
export function testTransport(connect: Connect): void {
  testMessages(connect);
  testErrors(connect);
  testContext(connect);
  testFreshness(connect);
  testTraces(connect);
  testDeadlines(connect);
  testRetries(connect);
  testLoad(connect);
}

function testMessages(connect: Connect): void {
  test('a message arrives whole: defaults, absent fields, large amounts, instants', async () => {
    const received: UpdateGoodsRequest[] = [];
    const createdAt = new Date('2031-02-03T04:05:06.789Z');
    await using link = await open(connect, {
      addReview: async ({ shopId, stars, text }) => ({
        review: { id: '1', shopId, authorId: '2', stars, text, createdAt },
      }),
      updateGoods: async (request) => {
        received.push(request);
        return { goods: undefined };
      },
    });
    const sent: UpdateGoodsRequest = {
      idempotencyKey: '',
      goodsId: '9223372036854775807',
      version: 0,
      name: '',
      description: undefined,
      price: { amountCents: 9_007_199_254_740_991, currency: 'EUR' },
      categoryIds: { ids: [] },
    };
    assert.deepEqual(await link.goods.updateGoods(sent, link.context()), { goods: undefined });
    assert.deepEqual(received, [sent]);
    const { review } = await link.shop.addReview({ ...reviewRequest, text: 'Żółć 🍜' }, link.context());
    assert.equal(review?.createdAt?.getTime(), createdAt.getTime());
    assert.equal(review?.text, 'Żółć 🍜');
  });
}

function testErrors(connect: Connect): void {
  test('every code crosses with its typed detail', async () => {
    for (const code of rpcCodes) {
      const detail = sampleDetail(code);
      await using link = await open(connect, { listShops: () => Promise.reject(new AppError(code, detail)) });
      const error = await rejection(link.shop.listShops(listRequest, link.context()));
      assert.equal(error.code, code);
      assert.deepEqual({ ...error.detail }, { ...detail });
      assert.equal(error.message, errorCatalogue[code].publicMessage);
      assert.deepEqual(link.recorded.undeclared, []);
    }
  });

  test('an undeclared error arrives as INTERNAL, counted, and nothing of it leaks', async () => {
    const secret = new Error('select secret from vault');
    const leaky = new AppError('OUT_OF_STOCK', { goodsId: 'goods-secret', available: 1 }, { cause: secret });
    await using link = await open(connect, { addReview: () => Promise.reject(leaky) });
    const error = await rejection(link.shop.addReview(reviewRequest, link.context()));
    assert.equal(error.code, 'INTERNAL');
    assert.equal(error.cause, undefined);
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /secret/);
    assert.deepEqual(link.recorded.undeclared, [{ path: addReviewPath, code: 'OUT_OF_STOCK' }]);
    const [line] = link.recorded.lines;
    assert.equal(line?.level, 'error');
    assert.equal(line?.fields['err'], leaky);
  });

  test('fields that a detail does not declare stay behind', async () => {
    const detail = { shopId: '7', sql: 'select secret' };
    await using link = await open(connect, {
      addReview: () => Promise.reject(new AppError('SHOP_NOT_FOUND', detail)),
    });
    const error = await rejection(link.shop.addReview(reviewRequest, link.context()));
    assert.deepEqual({ ...error.detail }, { shopId: '7' });
  });

  for (const [what, fail] of throwers) {
    test(`a handler that ${what} is answered with INTERNAL`, async () => {
      await using link = await open(connect, { addReview: fail });
      const error = await rejection(link.shop.addReview(reviewRequest, link.context()));
      assert.equal(error.code, 'INTERNAL');
      assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /secret/);
      assert.equal(link.recorded.lines.filter(({ level }) => level === 'error').length, 1);
    });
  }

  test('an rpc that nobody serves is INTERNAL', async () => {
    await using link = await open(connect, {}, { services: 'shop only' });
    const request = { idempotencyKey: 'key-0001', goodsId: '7', delta: 1, reason: '' };
    const error = await rejection(link.goods.adjustStock(request, link.context()));
    assert.equal(error.code, 'INTERNAL');
  });
}

const throwers: [string, () => Promise<never>][] = [
  ['rejects with an error', () => Promise.reject(new TypeError('secret'))],
  ['rejects with a string', () => Promise.reject('secret')],
  ['rejects with nothing', () => Promise.reject()],
  [
    'throws at once',
    () => {
      throw new Error('secret');
    },
  ],
];

function testContext(connect: Connect): void {
  const identities: Identity[] = [
    { kind: 'user', userId: '42', roles: ['CUSTOMER', 'ADMIN'] },
    anonymous,
    { kind: 'service', name: 'jobs' },
  ];
  for (const identity of identities) {
    test(`the handler sees the request id and the identity (${identity.kind})`, async () => {
      const seen: CallContext[] = [];
      await using link = await open(connect, {
        listShops: async (_request, context) => {
          seen.push(context);
          return noShops;
        },
      });
      await link.shop.listShops(listRequest, { ...link.context(), identity, requestId: 'req-1' });
      assert.deepEqual(seen[0]?.identity, identity);
      assert.equal(seen[0]?.requestId, 'req-1');
    });
  }

  test('each call leaves one log line and one duration on each side', async () => {
    await using link = await open(connect, { listShops: async () => noShops });
    const identity: Identity = { kind: 'user', userId: '42', roles: [] };
    await link.shop.listShops(listRequest, { ...link.context(), identity, requestId: 'req-1' });
    const measured = link.recorded.calls.map(({ path, side, code }) => `${side} ${path} ${code}`).sort();
    assert.deepEqual(measured, [`client ${listShopsPath} OK`, `server ${listShopsPath} OK`]);
    const fields = { method: listShopsPath, code: 'OK', durationMs: 0, requestId: 'req-1', userId: '42' };
    assert.deepEqual(link.recorded.lines, [{ level: 'info', fields }]);
  });
}

function testFreshness(connect: Connect): void {
  /** What a cache goes by. */
  const takenBy = ({ freshness = 'cached', onDegraded }: CallContext) =>
    freshness === 'any' && !onDegraded ? 'cached' : freshness;
  const onDegraded = () => {};
  const asked: [what: string, reads: Partial<CallContext>, taken: string][] = [
    ['says nothing', {}, 'cached'],
    ['wants the latest', { freshness: 'latest' }, 'latest'],
    ['wants the latest, and could be told', { freshness: 'latest', onDegraded }, 'latest'],
    ['takes what is cached', { freshness: 'cached', onDegraded }, 'cached'],
    ['takes anything', { freshness: 'any', onDegraded }, 'any'],
    ['takes anything, but cannot be told', { freshness: 'any' }, 'cached'],
  ];
  for (const [what, reads, taken] of asked) {
    test(`a handler of a caller who ${what} reads as ${taken}`, async () => {
      const seen: CallContext[] = [];
      await using link = await open(connect, {
        listShops: async (_request, context) => {
          seen.push(context);
          return noShops;
        },
      });
      await link.shop.listShops(listRequest, { ...link.context(), ...reads });
      assert.deepEqual(seen.map(takenBy), [taken]);
    });
  }

  test('what a handler says of a degraded answer the caller knows when it has the answer', async () => {
    await using link = await open(connect, {
      listShops: async (_request, context) => {
        for (const kind of ['shop', 'goods', 'shop', 'SELECT secret']) context.onDegraded?.(kind);
        return noShops;
      },
      batchGetShops: async () => ({ shops: [] }),
    });
    const names = async (call: (context: CallContext) => Promise<unknown>) => {
      const degraded = new DegradedNames();
      await call({ ...link.context(), freshness: 'any', onDegraded: degraded.add });
      return degraded.list();
    };
    assert.deepEqual(await names((context) => link.shop.listShops(listRequest, context)), ['goods', 'shop']);
    assert.equal(await names((context) => link.shop.batchGetShops({ ids: [] }, context)), undefined);
  });

  test('a handler that hands its context on reads below as above, and what is old there is told at the top', async () => {
    const seen: CallContext['freshness'][] = [];
    await using below = await open(connect, {
      batchGetShops: async (_request, context) => {
        seen.push(context.freshness);
        if (context.freshness === 'any') context.onDegraded?.('deep');
        return { shops: [] };
      },
    });
    await using link = await open(
      connect,
      {
        listShops: async (_request, context) => {
          await below.shop.batchGetShops({ ids: [] }, context);
          await below.shop.batchGetShops({ ids: [] }, { ...context, freshness: 'latest' });
          return noShops;
        },
      },
      { clock: below.clock },
    );
    const degraded = new DegradedNames();
    const reads = { freshness: 'any', onDegraded: degraded.add } as const;
    await link.shop.listShops(listRequest, { ...link.context(), ...reads });
    await link.shop.listShops(listRequest, { ...link.context(), freshness: 'latest' });
    assert.deepEqual(seen, ['any', 'latest', 'latest', 'latest']);
    assert.deepEqual(degraded.list(), ['deep']);
  });
}

function testTraces(connect: Connect): void {
  const spanName = 'tiffin.shop.v1.ShopService/BatchGetShops';

  test('a traced call leaves a span on each side, and what the handler does hangs on them', async () => {
    await using link = await open(connect, {
      batchGetShops: (_request, context) => inSpan(context, 'in the handler', async () => ({ shops: [] })),
    });
    const span = link.spans.tracing.rootSpan('request', undefined);
    await link.shop.batchGetShops({ ids: ['1', '2'] }, { ...link.context(), span });
    span?.end();
    assert.deepEqual(link.spans.tree(), [
      'request',
      `request > ${spanName}`,
      `${spanName} > in the handler`,
      `${spanName} > ${spanName}`,
    ]);
    const [, server, client] = link.spans.ended;
    assert.deepEqual([server?.kind, client?.kind], [SpanKind.SERVER, SpanKind.CLIENT]);
    assert.deepEqual(client?.attributes, {
      'rpc.system': 'grpc',
      'rpc.service': 'tiffin.shop.v1.ShopService',
      'rpc.method': 'BatchGetShops',
      'tiffin.batch.keys': 2,
    });
  });

  test('a traced call that fails says so by its code alone', async () => {
    await using link = await open(connect, {
      addReview: () => Promise.reject(new AppError('SHOP_NOT_FOUND', { shopId: 'secret' })),
      listShops: () => Promise.reject(new Error('secret')),
    });
    const span = link.spans.tracing.rootSpan('request', undefined);
    await rejection(link.shop.addReview(reviewRequest, { ...link.context(), span }));
    await rejection(link.shop.listShops(listRequest, { ...link.context(), span }));
    const codes = link.spans.ended.map(({ attributes, status }) => [
      attributes['tiffin.error.code'],
      status.code,
    ]);
    const answer = ['SHOP_NOT_FOUND', SpanStatusCode.UNSET];
    const fault = ['INTERNAL', SpanStatusCode.ERROR];
    assert.deepEqual(codes, [answer, answer, fault, fault]);
    const said = link.spans.ended.map(({ attributes, events, status }) => ({ attributes, events, status }));
    assert.doesNotMatch(JSON.stringify(said), /secret/);
  });

  test('a call of a request that is not traced makes no span', async () => {
    await using link = await open(connect, {
      listShops: (_request, context) => {
        assert.equal(context.span, undefined);
        return inSpan(context, 'in the handler', async () => noShops);
      },
    });
    await link.shop.listShops(listRequest, link.context());
    assert.deepEqual(link.spans.tree(), []);
  });
}

function testDeadlines(connect: Connect): void {
  test('the handler learns how much time is left: the least of all bounds', async () => {
    const seenMs: number[] = [];
    await using link = await open(connect, {
      listShops: async (_request, context) => {
        seenMs.push(remainingMs(context, link.clock));
        return noShops;
      },
    });
    await link.shop.listShops(listRequest, { ...link.context(), deadlineMs: link.clock.now() + 5_000 });
    await link.shop.listShops(listRequest, link.context());
    const [callers = 0, clients = 0] = seenMs;
    assert.ok(callers > 3_000 && callers <= 5_000, `caller's budget: ${callers}`);
    assert.ok(clients > 8_000 && clients <= 10_000, `client's time-out: ${clients}`);
  });

  test('a handler that never answers is answered for at the deadline, and its signal aborts', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    await using link = await open(connect, {
      listShops: (_request, { signal }) => {
        started.resolve(signal);
        return new Promise(() => {});
      },
    });
    const context = { ...link.context(), deadlineMs: link.clock.now() + 2_000 };
    const failure = rejection(link.shop.listShops(listRequest, context));
    const signal = await started.promise;
    assert.equal(signal.aborted, false);
    await link.clock.advance(2_000);
    assert.equal((await failure).code, 'DEADLINE_EXCEEDED');
    assert.equal(signal.aborted, true);
    assert.ok(AppError.is(signal.reason, 'DEADLINE_EXCEEDED'));
  });

  test('a budget that is used up sends nothing', async () => {
    let calls = 0;
    await using link = await open(connect, {
      listShops: async () => {
        calls++;
        return noShops;
      },
    });
    const tooLate = { ...link.context(), deadlineMs: link.clock.now() };
    assert.equal((await rejection(link.shop.listShops(listRequest, tooLate))).code, 'DEADLINE_EXCEEDED');
    const gone = { ...link.context(), signal: AbortSignal.abort() };
    assert.equal((await rejection(link.shop.listShops(listRequest, gone))).code, 'CANCELLED');
    assert.equal(calls, 0);
  });

  test('a caller that goes away cancels the handler and is answered at once', {
    timeout: 5_000,
  }, async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const aborted = Promise.withResolvers<unknown>();
    await using link = await open(connect, {
      listShops: (_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        started.resolve(signal);
        return new Promise(() => {});
      },
    });
    const caller = new AbortController();
    const failure = rejection(link.shop.listShops(listRequest, { ...link.context(), signal: caller.signal }));
    await started.promise;
    caller.abort();
    assert.equal((await failure).code, 'CANCELLED');
    assert.ok(AppError.is(await aborted.promise, 'CANCELLED'));
  });

  test('a settled call leaves no listener and no timer behind', async () => {
    await using link = await open(connect, {
      listShops: async () => noShops,
      addReview: () => Promise.reject(new Error('broken')),
    });
    const { signal } = new AbortController();
    await link.shop.listShops(listRequest, { ...link.context(), signal });
    await rejection(link.shop.addReview(reviewRequest, { ...link.context(), signal }));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.equal(link.clock.pendingTimers, 0);
  });
}

function testRetries(connect: Connect): void {
  const sentIn = ({ recorded }: Link) => recorded.calls.filter(({ side }) => side === 'server').length;
  const busy = () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 5 }));

  test('a call that met UNAVAILABLE is sent again and gets its answer; each attempt has a span', async () => {
    let attempts = 0;
    await using link = await open(
      connect,
      {
        listShops: () => (++attempts < 3 ? busy() : Promise.resolve(noShops)),
      },
      { retries: true },
    );
    const span = link.spans.tracing.rootSpan('request', undefined);
    const call = link.shop.listShops(listRequest, { ...link.context(), span });
    assert.deepEqual(await inTime(link.clock, call), noShops);
    assert.equal(attempts, 3);
    assert.deepEqual(link.recorded.retries, ['failed', 'recovered']);
    const ofSide = (side: SpanKind) => link.spans.ended.filter(({ kind }) => kind === side);
    assert.equal(ofSide(SpanKind.SERVER).length, 3);
    const [client, ...others] = ofSide(SpanKind.CLIENT);
    assert.equal(client?.attributes['tiffin.rpc.attempts'], 3);
    assert.deepEqual(others, []);
  });

  test('of two layers only the one above the failure retries; the mark tells the other one', async () => {
    await using below = await open(connect, { batchGetShops: busy }, { retries: true });
    await using link = await open(
      connect,
      {
        listShops: async (_request, context) => {
          await below.shop.batchGetShops({ ids: ['1'] }, context);
          return noShops;
        },
      },
      { retries: true, clock: below.clock },
    );
    const error = await inTime(link.clock, rejection(link.shop.listShops(listRequest, link.context())));
    assert.deepEqual([sentIn(below), sentIn(link)], [3, 1]);
    assert.ok(AppError.is(error, 'UNAVAILABLE'));
    assert.equal(error.isRetried, true);
    assert.equal(error.detail.retryAfterMs, 5);
    assert.deepEqual([below.recorded.retries, link.recorded.retries], [['failed', 'failed'], []]);
  });

  test('an error that nobody retried bears no mark', async () => {
    await using link = await open(
      connect,
      {
        listShops: () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 60_000 })),
      },
      { retries: true },
    );
    const error = await rejection(link.shop.listShops(listRequest, link.context()));
    assert.equal(error.isRetried, false);
    assert.deepEqual(link.recorded.retries, []);
  });

  test('a caller that goes away during the back-off is answered at once, and nothing more is sent', async () => {
    await using link = await open(connect, { listShops: busy }, { retries: true });
    const caller = new AbortController();
    const failure = rejection(link.shop.listShops(listRequest, { ...link.context(), signal: caller.signal }));
    const isBackingOff = () => sentIn(link) === 1 && link.clock.pendingTimers === 1;
    while (!isBackingOff()) await link.clock.advance(0);
    caller.abort();
    assert.equal((await failure).code, 'CANCELLED');
    await link.clock.advance(1_000);
    assert.equal(sentIn(link), 1);
    assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
  });
}

/** Lets time pass while a call is under way: its back-off waits for the clock, a transport for the event loop. */
async function inTime<Result>(clock: VirtualClock, call: Promise<Result>): Promise<Result> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  call.then(settle, settle);
  while (!isSettled) await clock.advance(1);
  return call;
}

function testLoad(connect: Connect): void {
  test('1,000 calls at once each get their own answer', async () => {
    await using link = await open(connect, {
      listShops: async ({ after }) => ({
        edges: [{ shop: undefined, cursor: after ?? '' }],
        hasNextPage: false,
      }),
    });
    const context = link.context();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        link.shop.listShops({ first: 1, after: `${index}` }, context),
      ),
    );
    answers.forEach((answer, index) => void assert.equal(answer.edges[0]?.cursor, `${index}`));
  });

  test('a server that drains finishes what runs and takes nothing new', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await using link = await open(connect, {
      listShops: async () => {
        started.resolve();
        await finish.promise;
        return noShops;
      },
    });
    const running = link.shop.listShops(listRequest, link.context());
    await started.promise;
    let isDrained = false;
    const drained = link.drain(5_000).then(() => {
      isDrained = true;
    });
    assert.equal((await rejection(link.shop.listShops(listRequest, link.context()))).code, 'UNAVAILABLE');
    assert.equal(isDrained, false);
    finish.resolve();
    assert.deepEqual(await running, noShops);
    await drained;
  });

  test('a transport that was closed makes no calls', async () => {
    await using link = await open(connect, { listShops: async () => noShops });
    await link.shop.listShops(listRequest, link.context());
    await link.close();
    const error = await rejection(link.shop.listShops(listRequest, link.context()));
    assert.ok(AppError.is(error, 'UNAVAILABLE'));
    assert.equal(error.detail.retryAfterMs, 1_000);
  });
}

interface Link extends AsyncDisposable {
  readonly shop: RpcClient<ShopServiceService>;
  readonly goods: RpcClient<GoodsAdminServiceService>;
  readonly clock: VirtualClock;
  readonly recorded: RecordedCalls;
  readonly spans: RecordedSpans;
  /** An anonymous caller with time enough for any test. */
  context(): CallContext;
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

async function open(
  connect: Connect,
  handlers: ShopHandlers & GoodsHandlers,
  options: { services?: 'shop only'; clock?: VirtualClock; retries?: boolean } = {},
): Promise<Link> {
  const { clock = new VirtualClock() } = options;
  const recorded = new RecordedCalls();
  const observe = { clock, metrics: recorded.metrics, logger: recorded.logger };
  const shop = bindRpc(ShopServiceService, complete(ShopServiceService, handlers));
  const goods = bindRpc(GoodsAdminServiceService, complete(GoodsAdminServiceService, handlers));
  const services = options.services === 'shop only' ? [shop] : [shop, goods];
  const server = createRpcServer({ services, declaredCodes, ...observe });
  const spans = recordSpans();
  const { transport, drain, close } = await connect(server, clock, recorded, spans.tracing);
  const retries = options.retries
    ? { repeatableRpcs, budget: new RetryBudget(clock), random: () => 0 }
    : undefined;
  const client = <const Service extends ServiceDefinition>(service: Service) =>
    createRpcClient(service, transport, { ...observe, ...(retries && { retries }), timeoutMs: 10_000 });
  return {
    shop: client(ShopServiceService),
    goods: client(GoodsAdminServiceService),
    clock,
    recorded,
    spans,
    context: () => ({
      requestId: 'test',
      identity: anonymous,
      deadlineMs: clock.now() + 60_000,
      signal: new AbortController().signal,
    }),
    drain,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The rpcs that a test does not speak of fail. */
function complete<Service extends ServiceDefinition>(
  service: Service,
  handlers: Partial<RpcHandlers<Service>>,
): RpcHandlers<Service> {
  const unexpected = async () => assert.fail('The test has no handler for this rpc.');
  const all = Object.keys(service).map((name) => [name, handlers[name as keyof Service] ?? unexpected]);
  return Object.fromEntries(all) as RpcHandlers<Service>;
}

/** A detail of the code with no field left at its default. */
function sampleDetail(code: ErrorCode): AppError['detail'] {
  if (code === 'INVALID_ARGUMENT')
    return { violations: [{ field: 'address.city', expected: 'must be given' }] };
  const empty = Object.entries(detailCodec(code).fromPartial({}));
  const sampleOf = (field: string, value: unknown) => {
    if (field.endsWith('At')) return new Date('2031-02-03T04:05:06.789Z');
    return typeof value === 'number' ? 2_147_483_647 : `<${field}>`;
  };
  return detailCodec(code).fromPartial(
    Object.fromEntries(empty.map(([field, value]) => [field, sampleOf(field, value)])),
  );
}

async function rejection(call: Promise<unknown>): Promise<AppError> {
  const thrown = await call.then(
    () => assert.fail('The call succeeded.'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof AppError, `not an AppError: ${inspect(thrown)}`);
  return thrown;
}

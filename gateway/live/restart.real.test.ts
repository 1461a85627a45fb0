import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { portVariable, urlVariable } from '@tiffin/lib/topology/process-config';
import { exportJWK, generateKeyPair } from 'jose';
import { fillCarts, placedOrder } from '../../tests/cart.ts';
import { soon } from '../../tests/soon.ts';
import { type SpawnedProcess, spawnTiffin } from '../../tests/spawn-platform.ts';
import { clientOf } from '../../tests/start-platform.ts';
import { type EventClient, openEvents } from '../testing/event-client.ts';
import { orderStatus } from '../testing/live-bed.ts';

const SUBSCRIPTIONS = 1_000;
/** A stopping process says "not ready" for a second, ends its streams and waits for its engines. */
const MAX_STOP_MS = 5_000;
/** What the heap may keep of a thousand subscriptions that were left; while they are open that is 13. */
const TOLERANCE_MIB = 3;

/** Those that an order takes, in one process. Nobody asks the others. */
const services = ['account', 'goods', 'order', 'shop'];
const otherServices = ['access', 'activity', 'delivery', 'search', 'tracking'];
const subgraphs = ['shop-subgraph', 'order-subgraph', 'user-subgraph'];

/** What all processes are told. Nothing but a signal makes a subscription run again. */
async function sharedSettings(postgres: RealPostgres, redis: RealRedis): Promise<Record<string, string>> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    DEMO_DATA: 'true',
    SEARCH_REINDEX_INTERVAL: '0',
    INTERNAL_TOKEN_SECRET: randomBytes(32).toString('hex'),
    TOKEN_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)),
    TOKEN_VERIFY_KEYS: JSON.stringify({ keys: [await exportJWK(publicKey)] }),
    OPS_PORT: '0',
    MAX_SUBSCRIPTIONS_PER_CLIENT: String(SUBSCRIPTIONS),
    SUBSCRIPTION_REFRESH_MS: '600000',
    // A thousand first answers at once may take a machine that does other things longer than a user would wait.
    REQUEST_TIMEOUT_MS: '30000',
    RPC_TIMEOUT_MS: '30000',
    ...Object.fromEntries(otherServices.map((name) => [urlVariable(name), '127.0.0.1:9'])),
  };
}

const anyPort = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [portVariable(name), '0']));

describe(`${SUBSCRIPTIONS} open subscriptions and a gateway that is restarted`, () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  let behind: SpawnedProcess;
  let gateway: SpawnedProcess;
  let settings: Record<string, string>;
  let port = '0';
  let customer: string;
  /** One of them is paid before the restart, the other after it. */
  let orderIds: readonly [string, string];

  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
    settings = await sharedSettings(postgres, redis);
    const roles = services.map((name) => `${name}:api`).join();
    behind = await spawnTiffin(['--run', roles], { ...settings, ...anyPort(services) });
    for (const name of services) settings[urlVariable(name)] = behind.addressOf(name);
    await startGateway();
    port = new URL(platform().url).port;
    customer = await platform().logIn('customer');
    const [first, second = first] = await fillCarts(platform(), customer);
    orderIds = [
      await placedOrder(platform(), customer, first),
      await placedOrder(platform(), customer, second),
    ];
  });
  after(async () => {
    await Promise.all([gateway?.end('SIGKILL'), behind?.end('SIGKILL')]);
    await Promise.all([postgres?.drop(), redis?.stop()]);
  });

  const platform = () => clientOf(gateway.addressOf('gateway'));

  async function startGateway(): Promise<void> {
    gateway = await spawnTiffin(['--run', ['gateway', ...subgraphs].join()], {
      ...settings,
      ...anyPort(subgraphs),
      PORT: port,
      // So that the garbage of its heap can be collected from outside; it runs as it would otherwise.
      NODE_OPTIONS: '--inspect=127.0.0.1:0',
    });
  }

  const state = (status: string) => ({ kind: 'next', result: { data: { order: { status } } } });

  /** Half of them watch the one order, half the other; the first event of each is the state now. */
  async function openAll(statuses: readonly [string, string], count = SUBSCRIPTIONS): Promise<EventClient[]> {
    const clients: EventClient[] = [];
    while (clients.length < count) {
      const batch = Array.from({ length: Math.min(100, count) }, (_, index) =>
        openEvents(`${platform().url}/graphql`, {
          body: { query: orderStatus, variables: { id: orderIds[index % 2] } },
          headers: { authorization: `Bearer ${customer}` },
        }),
      );
      clients.push(...(await Promise.all(batch)));
    }
    for (const [index, client] of clients.entries()) {
      assert.equal(client.status, 200);
      assert.deepEqual(await client.next(), state(statuses[index % 2] ?? ''));
    }
    return clients;
  }

  const openNow = () => platform().metric('tiffin_live_subscriptions');

  async function leaveAll(clients: readonly EventClient[]): Promise<void> {
    for (const client of clients) client.leave();
    await soon(async () => ((await openNow()) === 0 ? true : undefined));
  }

  async function pay(orderId: string): Promise<void> {
    const { data } = await platform().query(
      'mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename } }',
      {
        variables: { input: { idempotencyKey: `pay-${orderId}`, orderId, paymentToken: 'sandbox-ok' } },
        token: customer,
      },
    );
    assert.equal(data.payOrder.__typename, 'PayOrderSuccess');
  }

  /** The heap of the gateway after its garbage is gone. */
  async function heapMiB(): Promise<number> {
    await collectGarbage(/ws:\S+/.exec(gateway.output())?.[0] ?? assert.fail(gateway.output()));
    return (await platform().metric('process_memory_bytes', { kind: 'heapUsed' })) / 2 ** 20;
  }

  it('ends all of them in order, and exits with 0', async (t) => {
    const clients = await openAll(['CREATED', 'CREATED']);
    assert.equal(await openNow(), SUBSCRIPTIONS);
    await pay(orderIds[0]);
    for (const client of clients.filter((_, index) => index % 2 === 0))
      assert.deepEqual(await client.next(), state('PAID'));

    const stoppedAtMs = performance.now();
    const exit = await gateway.end('SIGTERM');
    const stopMs = performance.now() - stoppedAtMs;
    t.diagnostic(`stopped in ${stopMs.toFixed(0)} ms`);
    assert.deepEqual(exit, { code: 0, signal: null }, gateway.output());
    assert.ok(stopMs < MAX_STOP_MS, `${stopMs} ms`);
    for (const client of clients) {
      assert.deepEqual(await client.next(), { kind: 'complete' });
      // Rejects where the connection is reset.
      await client.ended;
      assert.deepEqual(client.unread, []);
    }
  });

  it('has the state of now for all who come back, and keeps nothing of them when they leave', async (t) => {
    await startGateway();
    assert.equal(new URL(platform().url).port, port);
    // What is filled once, whoever comes.
    await leaveAll(await openAll(['PAID', 'CREATED'], SUBSCRIPTIONS / 5));
    const beforeMiB = await heapMiB();
    await pay(orderIds[1]);
    const clients = await openAll(['PAID', 'PAID']);
    const openMiB = await heapMiB();
    await leaveAll(clients);
    const afterMiB = await heapMiB();
    t.diagnostic(
      `heap in MiB: before ${beforeMiB.toFixed(1)}, open ${openMiB.toFixed(1)}, after ${afterMiB.toFixed(1)}`,
    );
    assert.ok(openMiB > beforeMiB + 2 * TOLERANCE_MIB, 'the measurement sees subscriptions');
    assert.ok(afterMiB < beforeMiB + TOLERANCE_MIB, `the heap grew from ${beforeMiB} to ${afterMiB} MiB`);
  });

  it('the control: a gateway that is killed breaks them off, and says complete to nobody', async () => {
    const clients = await openAll(['PAID', 'PAID'], 20);
    await gateway.end('SIGKILL');
    for (const client of clients) {
      await assert.rejects(client.ended);
      assert.deepEqual(client.unread, []);
    }
  });
});

/** By the protocol of V8's inspector, which listens at `url`. */
async function collectGarbage(url: string): Promise<void> {
  const inspector = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  inspector.onerror = () => reject(new Error(`No inspector at ${url}.`));
  inspector.onopen = () => inspector.send('{"id":1,"method":"HeapProfiler.collectGarbage"}');
  inspector.onmessage = ({ data }) => (JSON.parse(String(data)).id === 1 ? resolve() : undefined);
  await promise.finally(() => inspector.close());
}

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { fillCarts, placeOrder } from './cart.ts';
import { soon } from './soon.ts';
import { type SpawnedProcess, spawnTiffin } from './spawn-platform.ts';
import { splitSettings } from './split-settings.ts';
import { clientOf } from './start-platform.ts';

const answering =
  'gateway,shop-subgraph,order-subgraph,user-subgraph,account,shop:api,goods:api,order:api,search:api';

// With the Kafka of lib/testing/real-kafka.
describe('the roles of the services as processes of their own', () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  let settings: Record<string, string>;
  let platform: ReturnType<typeof clientOf>;
  let customer: string;
  const processes = new Map<string, SpawnedProcess>();
  const start = async (roles: string) => {
    const running = await spawnTiffin(['--run', roles], settings);
    processes.set(roles, running);
    return running;
  };
  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
    // Only events feed the index of search, and what search is asked for first makes it.
    settings = { ...(await splitSettings({ postgres, redis })), PORT: '0', SEARCH_REINDEX_INTERVAL: '0' };
    for (const name of ['SHOP', 'ORDER', 'USER']) settings[`${name}_SUBGRAPH_PORT`] = '0';
    const gateway = await start(answering);
    platform = clientOf(gateway.addressOf('gateway'));
    customer = await platform.logIn('customer');
  });
  after(async () => {
    await Promise.all([...processes.values()].map((running) => running.end('SIGKILL')));
    await Promise.all([postgres?.drop(), redis?.stop()]);
  });

  async function orderCountOf(shopId: string): Promise<number> {
    const { data } = await platform.query('query ($id: ID!) { shop(id: $id) { orderCount } }', {
      variables: { id: shopId },
    });
    return data.shop.orderCount;
  }

  async function payNewOrder(cartNo: number): Promise<string> {
    const cart = (await fillCarts(platform, customer))[cartNo] ?? assert.fail('There are too few shops.');
    const { order } = (await placeOrder(platform, customer, cart)) as unknown as { order: { id: string } };
    const { data } = await platform.query(
      'mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename } }',
      {
        variables: {
          input: { idempotencyKey: `pay-${order.id}`, orderId: order.id, paymentToken: 'sandbox-ok' },
        },
        token: customer,
      },
    );
    assert.equal(data.payOrder.__typename, 'PayOrderSuccess');
    return cart.shopId;
  }

  it('an event waits in the outbox until tasks send it, and in Kafka until jobs handle it', async () => {
    const shopId = await payNewOrder(0);
    assert.equal(await orderCountOf(shopId), 0);
    const tasks = await start('order:tasks');
    const { metric } = clientOf(tasks.addressOf('ops'));
    const sent = () => metric('tiffin_outbox_events_total', { topic: 'order.paid.v1', outcome: 'sent' });
    await soon(async () => ((await sent()) > 0 ? true : undefined), 60_000);
    assert.equal(await orderCountOf(shopId), 0);
    await start('shop:jobs');
    await soon(async () => ((await orderCountOf(shopId)) > 0 ? true : undefined), 60_000);
    assert.equal(await orderCountOf(shopId), 1);
  });

  // That nothing is done twice is shown where consumers die at work: lib/events/kafka/kafka-crashes.real.test.ts.
  it('what was paid while its job was dead is counted when the job is back', async () => {
    await processes.get('shop:jobs')?.end('SIGKILL');
    const shopIds = [await payNewOrder(1), await payNewOrder(2)];
    await start('shop:jobs');
    for (const shopId of shopIds) {
      await soon(async () => ((await orderCountOf(shopId)) > 0 ? true : undefined), 90_000);
      assert.equal(await orderCountOf(shopId), 1);
    }
  });

  it('a renamed shop is found by search where its jobs run beside the tasks of shop', async () => {
    await start('search:jobs,search:tasks,shop:tasks,goods:tasks');
    const merchant = await platform.logIn('merchant');
    const { data } = await platform.query('{ me { id } categories(first: 1) { edges { node { id } } } }', {
      token: merchant,
    });
    const input = {
      idempotencyKey: 'create',
      name: 'Wombat Palace',
      description: '',
      area: 'Mitte',
      categoryId: data.categories.edges[0].node.id,
    };
    const created = await platform.query(
      'mutation ($input: CreateShopInput!) { createShop(input: $input) { ... on CreateShopSuccess { shop { id } } } }',
      { variables: { input }, token: merchant },
    );
    const { id } = created.data.createShop.shop;
    const found = await soon(async () => {
      const { data: hits } = await platform.query(
        '{ search(text: "wombat", first: 5) { edges { node { result { ... on Shop { id } } } } } }',
      );
      return hits?.search?.edges.length > 0 ? hits.search.edges : undefined;
    }, 60_000);
    assert.deepEqual(found, [{ node: { result: { id } } }]);
  });

  it('jobs and tasks without Kafka are refused, rpcs are not', async () => {
    const { KAFKA_BROKERS: _, ...others } = settings;
    await assert.rejects(
      spawnTiffin(['--run', 'order:jobs'], others),
      /Set KAFKA_BROKERS to what carries the events of order between processes\./,
    );
  });

  it('SIGTERM ends each with exit code 0', async () => {
    for (const [name, running] of processes) {
      const ended = await running.end('SIGTERM');
      assert.deepEqual(ended, { code: 0, signal: null }, `${name}\n${running.output()}`);
    }
    processes.clear();
  });
});

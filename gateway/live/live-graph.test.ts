import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { createGatewayServer } from '../gateway-server.ts';
import { createGraph } from '../graph.ts';
import { openEvents } from '../testing/event-client.ts';
import { orderStatus, TestSignals } from '../testing/live-bed.ts';
import { createLiveOrders } from '../testing/live-orders.ts';

for (const kind of ['compiled', 'apollo'] as const) {
  test(`${kind}: a subscription follows the supergraph, and holds none`, { timeout: 30_000 }, async (t) => {
    const { supergraphSdl, subgraphOf, statuses } = createLiveOrders();
    let replace: (sdl: string) => void = () => {};
    let closed = 0;
    const bothClosed = Promise.withResolvers<void>();
    const graph = await createGraph({
      source: {
        read: async () => supergraphSdl,
        watch(onChange) {
          replace = onChange;
          return { stop() {} };
        },
      },
      connect: ({ name }) => ({
        subgraph: subgraphOf(name),
        async close() {
          if (++closed === 2) bothClosed.resolve();
        },
      }),
      kind,
      clock: systemClock,
      logger: silentLogger,
      metrics: createMetrics(),
    });
    t.after(() => graph.stop());
    const signals = new TestSignals();
    const app = createGatewayServer({
      graph,
      errors: 'catalogue',
      clock: systemClock,
      logger: silentLogger,
      metrics: createMetrics(),
      isReady: () => true,
      budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 10_000 },
      newRequestId: () => 'made-here',
      maxBodyBytes: 100_000,
      live: { signals },
    });
    t.after(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`;

    const events = await openEvents(url, { body: { query: orderStatus, variables: { id: '1' } } });
    const state = (status: string) => ({ kind: 'next', result: { data: { order: { status } } } });
    assert.deepEqual(await events.next(), state('PAID'));
    replace(supergraphSdl.replace('type Shop', '"""Changed."""\ntype Shop'));
    // The subscription is open all the while.
    await bothClosed.promise;
    statuses.set('1', 'COOKING');
    signals.publish('order:1');
    assert.deepEqual(await events.next(), state('COOKING'));

    using lease = graph.enter();
    const { schema } = lease;
    assert.deepEqual(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).sort(), [
      'lonely',
      'me',
      'order',
      'ticket',
    ]);
  });
}

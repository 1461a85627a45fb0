import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { attributeOf, type CollectedSpan, type OtlpCollector, startOtlpCollector } from './otlp-collector.ts';
import { startPlatform } from './start-platform.ts';

const myOrders = await readFile(new URL('../schema/operations/my-orders.graphql', import.meta.url), 'utf8');

/** Runs the README's query of orders twice on a platform of its own, and stops that. Answers with names that came. */
async function runMyOrders(collector: OtlpCollector, ratio: string, headers = {}): Promise<string[]> {
  await using platform = await startPlatform({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    TRACE_SAMPLE_RATIO: ratio,
  });
  const token = await platform.logIn('customer');
  const names = new Set<string>();
  for (let run = 0; run < 2; run++) {
    const { data, errors } = await platform.query(myOrders, { token, headers });
    assert.equal(errors, undefined);
    assert.equal(data.me.orders.edges.length, 10);
    names.add(data.me.displayName);
    for (const { node } of data.me.orders.edges) names.add(node.items.edges[0].node.goods.shop.name);
  }
  return [...names];
}

const isMyOrders = (span: CollectedSpan) => attributeOf(span, 'graphql.operation.name') === 'MyOrders';
const rpcsBelow = (spans: readonly CollectedSpan[]) =>
  spans.filter(({ name, kind }) => name.startsWith('tiffin.') && kind === client);
const [server, client] = [2, 3];

describe('a traced request', () => {
  it('is one tree from the gateway to the services', async () => {
    await using collector = await startOtlpCollector();
    const foreign = '4bf92f3577b34da6a3ce929d0e0e4736';
    await runMyOrders(collector, '1', { traceparent: `00-${foreign}-00f067aa0ba902b7-01` });
    const all = collector.spans();
    const [root, second] = all.filter(isMyOrders);
    assert.ok(root && second);
    assert.notEqual(root.traceId, second.traceId);
    assert.ok(!all.some(({ traceId }) => traceId === foreign));

    const spans = all.filter(({ traceId }) => traceId === root.traceId);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const parentOf = (span: CollectedSpan) => byId.get(span.parentSpanId ?? '');
    assert.deepEqual(
      spans.filter((span) => !parentOf(span)),
      [root],
      'nothing is orphaned',
    );
    assert.equal(root.name, 'POST /graphql');
    assert.equal(attributeOf(root, 'http.response.status_code'), 200);

    const ways = spans.map((span) => wayTo(span, parentOf));
    for (const expected of [
      ['POST /graphql', 'parse and validate'],
      ['POST /graphql', 'plan and compile'],
      ['POST /graphql', 'fetch order', 'resolve User.orders'],
      ['POST /graphql', 'fetch shop', 'resolve Query._entities'],
      ['POST /graphql', 'fetch user', 'resolve Query.me'],
    ]) {
      assert.ok(
        ways.some((way) => contains(way, expected)),
        expected.join(' > '),
      );
    }

    const rpcs = rpcsBelow(spans);
    assert.deepEqual(rpcs.map(({ name }) => name.replace(/.*\//, '')).sort(), [
      'BatchGetGoods',
      'BatchGetShops',
      'BatchGetUsers',
      'BatchGetUsers',
      'BatchListShopReviews',
      'BatchListUserOrders',
    ]);
    for (const rpc of rpcs) {
      assert.ok(contains(wayTo(rpc, parentOf), ['POST /graphql', 'fetch ', 'tiffin.']));
      const answers = spans.filter((span) => span.parentSpanId === rpc.spanId);
      assert.deepEqual(
        answers.map(({ name, kind }) => [name, kind]),
        [[rpc.name, server]],
      );
    }
    for (const span of spans) {
      const parent = parentOf(span) ?? root;
      assert.ok(BigInt(span.startTimeUnixNano) >= BigInt(parent.startTimeUnixNano), `${span.name} is early`);
      assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), span.name);
    }
    assert.ok(spans.length < 100, `${spans.length} spans: lists are merged`);
  });

  it('says nothing of what was asked or answered', async () => {
    await using collector = await startOtlpCollector();
    const names = await runMyOrders(collector, '1');
    const said = JSON.stringify(collector.exports);
    assert.match(said, /MyOrders/);
    // Values, tokens, and the texts of operations with what is written into them.
    assert.doesNotMatch(said, /customer@|tiffin-demo|Bearer|eyJ|\(first|amountCents":\d/);
    for (const name of names) assert.ok(!said.includes(name), name);
  });
});

describe('a request that is not traced', () => {
  it('exports nothing, whatever its client says', async () => {
    await using collector = await startOtlpCollector();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await runMyOrders(collector, '0', { traceparent });
    assert.deepEqual(collector.exports, []);
  });
});

type ParentOf = (span: CollectedSpan) => CollectedSpan | undefined;

const wayTo = (span: CollectedSpan, parentOf: ParentOf): readonly string[] => {
  const names: string[] = [];
  for (let at: CollectedSpan | undefined = span; at; at = parentOf(at)) names.unshift(at.name);
  return names;
};

/** Whether the steps come in this order, with any others between them. */
function contains(way: readonly string[], steps: readonly string[]): boolean {
  let found = 0;
  for (const name of way) if (name.startsWith(steps[found] ?? ' ')) found++;
  return found === steps.length;
}

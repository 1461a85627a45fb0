import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { systemClock } from '../clock/clock.ts';
import { createInternalTokens } from '../identity/internal-token.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { inSpan } from '../telemetry/in-span.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import { callBy } from '../testing/call-by.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { OperationScope } from './operation-scope.ts';
import { createRemoteSubgraph } from './remote-subgraph.ts';
import type { Subgraph } from './subgraph.ts';
import { createSubgraphServer } from './subgraph-server.ts';
import { traceFetches } from './trace-fetches.ts';

function open(result: ExecutionResult) {
  const seen: CallContext[] = [];
  const subgraph: Subgraph = {
    name: 'books',
    prepare: () => async (_variables, call) => {
      seen.push(call);
      return result;
    },
    execute: async (_request, call) => {
      seen.push(call);
      return result;
    },
  };
  const request = { query: '{ secret }', variables: { id: 'secret' } };
  const { prepare, execute } = traceFetches(subgraph);
  const ways = {
    prepared: (call: CallContext) => prepare(request)(request.variables, call, new OperationScope()),
    executed: (call: CallContext) => execute(request, call, new OperationScope()),
  };
  return { seen, ways };
}

const errors = [new GraphQLError('secret'), new GraphQLError('secret')];

test('a request of a traced call has a span, and what the subgraph does hangs on it', async () => {
  for (const way of ['prepared', 'executed'] as const) {
    const { seen, ways } = open({ data: {} });
    const spans = recordSpans();
    const span = spans.tracing.rootSpan('request', undefined);
    assert.deepEqual(await ways[way]({ ...callBy(), span }), { data: {} });
    seen[0]?.span?.child('resolve').end();
    span?.end();
    assert.deepEqual(spans.tree(), ['fetch books > resolve', 'request', 'request > fetch books']);
    assert.deepEqual(spans.ended[0]?.attributes, { 'tiffin.subgraph': 'books' });
  }
});

test('it says how many errors there are, and has failed where there is no data', async () => {
  for (const [data, status] of [
    [{}, 0],
    [null, 2],
  ] as const) {
    const spans = recordSpans();
    const span = spans.tracing.rootSpan('request', undefined);
    await open({ data, errors }).ways.prepared({ ...callBy(), span });
    const [fetch] = spans.ended;
    assert.equal(fetch?.attributes['tiffin.graphql.errors'], 2);
    assert.equal(fetch?.status.code, status);
    assert.doesNotMatch(JSON.stringify([fetch?.attributes, fetch?.events, fetch?.status]), /secret/);
  }
});

test('a call that is not traced goes through as it is', async () => {
  const { seen, ways } = open({ data: {} });
  const call = callBy();
  await ways.prepared(call);
  await ways.executed(call);
  assert.ok(seen.every((handed) => handed === call));
});

test('a fetch over HTTP is one trace with what the other process does', async () => {
  const tokens = createInternalTokens({ secret: 'a secret of at least 32 characters', clock: systemClock });
  const [ours, theirs] = [recordSpans(), recordSpans({ sampleRatio: 0 })];
  const execute: Subgraph['execute'] = (_request, call) =>
    inSpan(call, 'resolve', async () => ({ data: {} }));
  const app = createSubgraphServer({
    subgraph: { name: 'books', execute, prepare: () => assert.fail('Not used.') },
    tokens,
    tracing: theirs.tracing,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    isReady: () => true,
    budget: { defaultTimeoutMs: 60_000, maxTimeoutMs: 60_000 },
    newRequestId: () => 'made-here',
  });
  const url = new URL(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
  const remote = createRemoteSubgraph({
    name: 'books',
    url,
    tokens,
    clock: systemClock,
    logger: silentLogger,
  });
  const span = ours.tracing.rootSpan('request', undefined);
  const request = { query: '{ title }' };
  const call = { ...callBy(), deadlineMs: systemClock.now() + 60_000 };
  await traceFetches(remote).execute(request, { ...call, span }, new OperationScope());
  await traceFetches(remote).execute(request, call, new OperationScope());
  await Promise.all([remote.close(), app.close()]);
  const [fetch] = ours.ended;
  assert.deepEqual(
    theirs.ended.map(({ name }) => name),
    ['resolve', 'POST /graphql'],
  );
  const server = theirs.ended[1];
  assert.equal(server?.parentSpanContext?.spanId, fetch?.spanContext().spanId);
  assert.equal(server?.spanContext().traceId, fetch?.spanContext().traceId);
});

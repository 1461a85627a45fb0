import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { callBy } from '../testing/call-by.ts';
import { inSpan, traceHeaders } from './in-span.ts';
import { recordSpans } from './span-test-bed.ts';

function tracedCall() {
  const spans = recordSpans();
  const root = spans.tracing.rootSpan('root', undefined);
  assert.ok(root);
  return { spans, root, call: { ...callBy(), span: root } };
}

test('without a span the very call is handed on and its answer back', () => {
  const call = callBy();
  const answer = Promise.resolve(1);
  const seen: unknown[] = [];
  const result = inSpan(call, 'step', (handed) => {
    seen.push(handed);
    return answer;
  });
  assert.equal(result, answer);
  assert.equal(seen[0], call);
  assert.deepEqual(traceHeaders(call), {});
});

test('steps in steps make a tree, and the call keeps everything else', async () => {
  const { spans, root, call } = tracedCall();
  const result = await inSpan(call, 'outer', async (outer) => {
    assert.deepEqual({ ...outer, span: root }, call);
    return inSpan(outer, 'inner', () => 7);
  });
  assert.equal(result, 7);
  root.end();
  assert.deepEqual(spans.tree(), ['outer > inner', 'root', 'root > outer']);
});

const failing: Record<string, (error: unknown) => unknown> = {
  'that throws': (error) => {
    throw error;
  },
  'that rejects': (error) => Promise.reject(error),
};
for (const [what, fail] of Object.entries(failing)) {
  test(`a step ${what} ends its span and fails with the same error`, async () => {
    for (const [error, status] of [
      [new AppError('SHOP_NOT_FOUND', { shopId: 'secret' }), 0],
      [new AppError('UNAVAILABLE', { retryAfterMs: 1 }), 2],
      [new Error('secret'), 2],
      ['secret', 2],
    ] as const) {
      const { spans, call } = tracedCall();
      await assert.rejects(
        async () => inSpan(call, 'step', () => fail(error)),
        (thrown) => thrown === error,
      );
      const [span] = spans.ended;
      assert.equal(span?.status.code, status);
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      assert.deepEqual(span?.attributes, {
        'tiffin.error.code': code,
        ...(status === 2 && { 'error.type': code }),
      });
      assert.doesNotMatch(JSON.stringify([span.attributes, span.events, span.status]), /secret/);
    }
  });
}

test('the headers for another process name the trace and the span, sampled', () => {
  const { spans, root, call } = tracedCall();
  const { traceparent } = traceHeaders(call);
  root.end();
  const { traceId, spanId } = spans.ended[0]?.spanContext() ?? assert.fail();
  assert.equal(traceparent, `00-${traceId}-${spanId}-01`);
});

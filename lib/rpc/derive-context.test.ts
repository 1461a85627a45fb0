import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import { deriveContext } from './derive-context.ts';
import { testCall } from './test-call.ts';

const span = recordSpans().tracing.rootSpan('root', undefined);
const reads = { freshness: 'any', onDegraded: () => {} } as const;
const parent = testCall({ requestId: 'r', deadlineMs: 9_000, span, ...reads }).context;
const reason = new AppError('CANCELLED', {});

test('it is like its parent but for the deadline and the signal', () => {
  const { context } = deriveContext(parent, 5_000);
  assert.deepEqual({ ...context, signal: 0 }, { ...parent, deadlineMs: 5_000, signal: 0 });
  assert.notEqual(context.signal, parent.signal);
});

test('its signal aborts when it ends, whether it was asked for before or after, or through a copy', () => {
  const before = deriveContext(parent, 5_000);
  const copy = { ...before.context };
  assert.equal(before.context.signal.aborted, false);
  before.end(reason);
  assert.equal(before.context.signal.reason, reason);
  assert.equal(copy.signal, before.context.signal);
  const after = deriveContext(parent, 5_000);
  after.end(reason);
  assert.equal(after.context.signal.reason, reason);
});

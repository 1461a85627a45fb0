import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTraceparent, isSampled, parseTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test('what is formatted is parsed as it was, from a remote caller', () => {
  for (const traceFlags of [0, 1]) {
    const context = { traceId, spanId, traceFlags };
    const parsed = parseTraceparent(formatTraceparent(context));
    assert.deepEqual(parsed, { ...context, isRemote: true });
    assert.equal(parsed && isSampled(parsed), traceFlags === 1);
  }
});

test('of the flags only the one for sampling counts, and a later version may say more', () => {
  assert.equal(parseTraceparent(`00-${traceId}-${spanId}-fe`)?.traceFlags, 0);
  assert.equal(parseTraceparent(`01-${traceId}-${spanId}-03-more`)?.traceFlags, 1);
});

const bad: Record<string, unknown> = {
  nothing: undefined,
  'several headers': [`00-${traceId}-${spanId}-01`],
  'an empty text': '',
  'version ff': `ff-${traceId}-${spanId}-01`,
  'more than version 0 has': `00-${traceId}-${spanId}-01-more`,
  'capital letters': `00-${traceId.toUpperCase()}-${spanId}-01`,
  'a trace of zeros': `00-${'0'.repeat(32)}-${spanId}-01`,
  'a span of zeros': `00-${traceId}-${'0'.repeat(16)}-01`,
  'a short trace': `00-${traceId.slice(1)}-${spanId}-01`,
  'a line break': `00-${traceId}-${spanId}-01\n`,
};
for (const [what, header] of Object.entries(bad)) {
  test(`${what} is no traceparent`, () => assert.equal(parseTraceparent(header), undefined));
}

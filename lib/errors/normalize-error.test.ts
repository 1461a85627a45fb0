import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';
import { AppError } from './app-error.ts';
import { statusDetailsTrailer, toGrpcStatus } from './grpc-status.ts';
import { toAppError } from './normalize-error.ts';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

function grpcError(code: number, details: string, statusDetails?: Buffer): Error {
  const metadata = new Metadata();
  if (statusDetails) metadata.set(statusDetailsTrailer, statusDetails);
  return Object.assign(new Error(`${code} ${details}`), { code, details, metadata });
}

test('an AppError stays as it is', () => {
  const error = new AppError('SHOP_NOT_FOUND', { shopId: '7' });
  assert.equal(toAppError(error), error);
});

test('an abort is CANCELLED, a time-out is DEADLINE_EXCEEDED', () => {
  const cases: [unknown, string][] = [
    [AbortSignal.abort().reason, 'CANCELLED'],
    [new DOMException('late', 'TimeoutError'), 'DEADLINE_EXCEEDED'],
    [withCode('ETIMEDOUT'), 'DEADLINE_EXCEEDED'],
  ];
  for (const [thrown, code] of cases) {
    const error = toAppError(thrown);
    assert.equal(error.code, code);
    assert.equal(error.cause, thrown);
  }
});

test("the reason that aborted one of Node's own waits decides", async () => {
  const abortedBy = async (reason: unknown) => {
    const thrown = await delay(60_000, undefined, { signal: AbortSignal.abort(reason) }).catch(
      (error) => error,
    );
    assert.equal(thrown.name, 'AbortError');
    return toAppError(thrown).code;
  };
  assert.equal(await abortedBy(new AppError('DEADLINE_EXCEEDED', {})), 'DEADLINE_EXCEEDED');
  assert.equal(await abortedBy(new DOMException('late', 'TimeoutError')), 'DEADLINE_EXCEEDED');
  assert.equal(await abortedBy(undefined), 'CANCELLED');
});

test('a broken connection is UNAVAILABLE, also inside a wrapper', () => {
  const refused = withCode('ECONNREFUSED');
  for (const thrown of [refused, withCode('ECONNRESET'), new TypeError('fetch failed', { cause: refused })]) {
    const error = toAppError(thrown);
    assert.ok(AppError.is(error, 'UNAVAILABLE'));
    assert.equal(error.detail.retryAfterMs, 1_000);
    assert.equal(error.cause, thrown);
  }
});

test('a gRPC error of ours gives back its code and detail', () => {
  const { code, message, statusDetails } = toGrpcStatus(
    new AppError('OUT_OF_STOCK', { goodsId: '7', available: 3 }),
  );
  const error = toAppError(grpcError(code, message, statusDetails));
  assert.ok(AppError.is(error, 'OUT_OF_STOCK'));
  assert.deepEqual({ ...error.detail }, { goodsId: '7', available: 3 });
});

test('a gRPC error from elsewhere keeps what its status says', () => {
  assert.equal(toAppError(grpcError(14, 'No connection established')).code, 'UNAVAILABLE');
  assert.equal(toAppError(grpcError(4, 'Deadline exceeded')).code, 'DEADLINE_EXCEEDED');
  assert.equal(toAppError(grpcError(1, 'Cancelled on client')).code, 'CANCELLED');
  assert.equal(toAppError(grpcError(8, 'Received message larger than max')).code, 'INTERNAL');
  assert.equal(toAppError(grpcError(2, 'Unknown')).code, 'INTERNAL');
});

test('everything else is INTERNAL with what was thrown as its cause', () => {
  for (const thrown of [new Error('boom'), withCode('ENOENT'), 'text', 42, null, undefined, { code: 14 }]) {
    const error = toAppError(thrown);
    assert.equal(error.code, 'INTERNAL');
    assert.equal(error.cause, thrown);
    assert.equal(error.message, 'Something went wrong on our side.');
  }
});

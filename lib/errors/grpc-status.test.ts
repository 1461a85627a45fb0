import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as canonical } from '@grpc/grpc-js';
import { ErrorInfo } from '@tiffin/proto/gen/google/rpc/error_details';
import { Status } from '@tiffin/proto/gen/google/rpc/status';
import { OutOfStock } from '@tiffin/proto/gen/tiffin/error/v1/error';
import { AppError } from './app-error.ts';
import { errorCatalogue } from './error-catalogue.gen.ts';
import { fromGrpcStatus, toGrpcStatus } from './grpc-status.ts';

const outOfStock = new AppError('OUT_OF_STOCK', { goodsId: '7', available: 3 });

/** What a peer sends whose catalogue is newer than ours. */
function statusOfNewerPeer(code: number, reason: string, domain = 'tiffin') {
  const info = Buffer.from(ErrorInfo.encode({ reason, domain, metadata: {} }).finish());
  const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: info }];
  return {
    code,
    message: 'Newer.',
    statusDetails: Status.encode({ code, message: 'Newer.', details }).finish(),
  };
}

test('an error is a canonical status with ErrorInfo and the typed detail (AIP-193)', () => {
  const sent = toGrpcStatus(outOfStock);
  assert.equal(sent.code, canonical.FAILED_PRECONDITION);
  assert.equal(sent.message, 'There is not enough in stock.');
  const { code, message, details } = Status.decode(sent.statusDetails);
  assert.deepEqual({ code, message }, { code: sent.code, message: sent.message });
  const [info, detail] = details;
  assert.equal(info?.typeUrl, 'type.googleapis.com/google.rpc.ErrorInfo');
  const { reason, domain } = ErrorInfo.decode(info?.value ?? Buffer.of());
  assert.deepEqual({ reason, domain }, { reason: 'OUT_OF_STOCK', domain: 'tiffin' });
  assert.equal(detail?.typeUrl, 'type.googleapis.com/tiffin.error.v1.OutOfStock');
  assert.deepEqual(OutOfStock.decode(detail?.value ?? Buffer.of()), { goodsId: '7', available: 3 });
});

test('every code of the catalogue has a status that gRPC carries', () => {
  for (const [code, { status }] of Object.entries(errorCatalogue)) {
    assert.ok(status >= canonical.CANCELLED && status <= canonical.UNAUTHENTICATED, `${code}: ${status}`);
  }
});

test('what was sent comes back without its cause', () => {
  const error = fromGrpcStatus(toGrpcStatus(new AppError('FORBIDDEN', {}, { cause: new Error('secret') })));
  assert.equal(error.code, 'FORBIDDEN');
  assert.equal(error.cause, undefined);
});

test("a newer peer's code becomes the nearest infrastructure code, its words the cause", () => {
  const cases: [number, string][] = [
    [canonical.UNAVAILABLE, 'UNAVAILABLE'],
    [canonical.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'],
    [canonical.CANCELLED, 'CANCELLED'],
    [canonical.UNAUTHENTICATED, 'UNAUTHENTICATED'],
    [canonical.PERMISSION_DENIED, 'FORBIDDEN'],
    [canonical.FAILED_PRECONDITION, 'INTERNAL'],
    [canonical.RESOURCE_EXHAUSTED, 'INTERNAL'],
    [999, 'INTERNAL'],
  ];
  for (const [status, expected] of cases) {
    const error = fromGrpcStatus(statusOfNewerPeer(status, 'SOMETHING_NEW'));
    assert.equal(error.code, expected);
    assert.match(String(error.cause), /SOMETHING_NEW/);
  }
});

test('names that JavaScript knows are no codes, and another domain is not ours', () => {
  assert.equal(fromGrpcStatus(statusOfNewerPeer(9, 'constructor')).code, 'INTERNAL');
  assert.equal(fromGrpcStatus(statusOfNewerPeer(5, 'SHOP_NOT_FOUND', 'example.com')).code, 'INTERNAL');
});

test('details that cannot be read leave the status to speak', () => {
  const garbage = Buffer.from([0xff, 0xff, 0xff]);
  assert.equal(fromGrpcStatus({ code: 14, message: '', statusDetails: garbage }).code, 'UNAVAILABLE');
  assert.equal(fromGrpcStatus({ code: 14, message: '' }).code, 'UNAVAILABLE');
});

test('a detail too large for a header is left out, the code is not', () => {
  const violations = [{ field: 'x'.repeat(9_000), expected: '' }];
  const sent = toGrpcStatus(new AppError('INVALID_ARGUMENT', { violations }));
  assert.ok(sent.statusDetails.length < 500);
  const error = fromGrpcStatus(sent);
  assert.ok(AppError.is(error, 'INVALID_ARGUMENT'));
  assert.deepEqual(error.detail.violations, []);
});

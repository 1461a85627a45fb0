import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RpcErrorCases, RpcServiceName } from '@tiffin/proto/gen/rpc-error-codes';
import { AppError } from '../errors/app-error.ts';
import { type ErrorCode, errorCatalogue } from '../errors/error-catalogue.gen.ts';

/** Makes the call that must fail, and hands on its rejection. */
export type RpcErrorCase = () => Promise<unknown>;

/**
 * Registers one test for each (rpc, code) of a service: the case's call must reject with exactly that code and a
 * well-formed detail. `npm run check` demands one such table for every service that declares codes:
 *
 *     const cases = {
 *       AddReview: { SHOP_NOT_FOUND: () => client.addReview(…), ALREADY_REVIEWED: async () => { … } },
 *     } satisfies RpcErrorCases<'tiffin.shop.v1.ShopService'>;
 *
 *     testRpcErrorCases('tiffin.shop.v1.ShopService', cases);
 */
export function testRpcErrorCases<Service extends RpcServiceName>(
  service: Service,
  cases: RpcErrorCases<Service, RpcErrorCase>,
): void {
  for (const [rpc, byCode] of Object.entries<Readonly<Record<string, RpcErrorCase>>>(cases)) {
    for (const [code, failingCall] of Object.entries(byCode)) {
      test(`${service}/${rpc} answers ${code}`, () => assertRejectsWith(code, failingCall));
    }
  }
}

/** Passes when the call rejects with that code and a well-formed detail. */
export async function assertRejectsWith(code: string, failingCall: RpcErrorCase): Promise<void> {
  const error = await failingCall().then(
    () => assert.fail(`The call succeeded; it must fail with ${code}.`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  assert.equal(error.code, code, `The call failed with ${error.code} instead. ${String(error.cause ?? '')}`);
  assertWellFormed(error);
}

/** A detail is well-formed when it survives the wire and leaves no text empty. */
function assertWellFormed({ code, detail }: AppError): void {
  const codec: Codec = errorCatalogue[code as ErrorCode].detail;
  const received = codec.decode(codec.encode(detail).finish());
  assert.deepEqual(
    { ...detail },
    { ...(received as object) },
    `The detail of ${code} does not survive the wire.`,
  );
  for (const [field, value] of Object.entries(detail)) {
    assert.notEqual(value, '', `The field ${field} in the detail of ${code} is empty.`);
  }
}

interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

import assert from 'node:assert/strict';
import { AppError } from '../errors/app-error.ts';
import { TokenRefusal, type TokenRefusalReason } from './token-refusal.ts';

/** For tests: the verification must fail with UNAUTHENTICATED for that reason. */
export async function assertRefused(
  reason: TokenRefusalReason,
  verification: Promise<unknown>,
): Promise<void> {
  await assert.rejects(verification, (error) => {
    assert.ok(AppError.is(error, 'UNAUTHENTICATED'), String(error));
    assert.ok(error.cause instanceof TokenRefusal);
    assert.equal(error.cause.reason, reason);
    return true;
  });
}

import { errors } from 'jose';
import { AppError } from '../errors/app-error.ts';

/** Why a token was refused. It is for logs and metrics; the client only learns that it must log in. */
export type TokenRefusalReason =
  | 'malformed'
  | 'too long'
  | 'expired'
  | 'bad signature'
  | 'unknown key'
  | 'wrong algorithm'
  | 'wrong issuer'
  | 'wrong audience'
  | 'bad claims';

/** The cause of an UNAUTHENTICATED. It never holds the token. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
  readonly reason: TokenRefusalReason;

  constructor(reason: TokenRefusalReason) {
    super(`The token was refused: ${reason}.`);
    this.reason = reason;
  }
}

/** UNAUTHENTICATED because of `reason`. */
export function refuseToken(reason: TokenRefusalReason): AppError<'UNAUTHENTICATED'> {
  return new AppError('UNAUTHENTICATED', {}, { cause: new TokenRefusal(reason) });
}

/** Maps what jose throws while it verifies; anything that is not about the token is a defect and passes through. */
export function refusalOf(thrown: unknown): unknown {
  if (thrown instanceof errors.JWTExpired) return refuseToken('expired');
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return refuseToken('bad signature');
  if (thrown instanceof errors.JOSEAlgNotAllowed) return refuseToken('wrong algorithm');
  if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWKSMultipleMatchingKeys) {
    return refuseToken('unknown key');
  }
  if (thrown instanceof errors.JWTClaimValidationFailed) return refuseToken(claimRefusal(thrown.claim));
  return thrown instanceof errors.JOSEError ? refuseToken('malformed') : thrown;
}

function claimRefusal(claim: string): TokenRefusalReason {
  if (claim === 'iss') return 'wrong issuer';
  return claim === 'aud' ? 'wrong audience' : 'bad claims';
}

import type { AppError } from '../errors/app-error.ts';
import { errorCatalogue } from '../errors/error-catalogue.gen.ts';
import { fromGrpcStatus, toGrpcStatus } from '../errors/grpc-status.ts';

const validationStatus = errorCatalogue.INVALID_ARGUMENT.status;

/**
 * Whether a failure is the answer to an attempt, now and whenever it is repeated. Not where the same request may fare
 * better another time (retryable codes, who is signed in), where it was never tried (validation), and not a defect.
 */
export function isFinal({ code }: AppError): boolean {
  const { retryable, infrastructure, edge, status } = errorCatalogue[code];
  const isDefect = code === 'INTERNAL' || code === 'CANCELLED';
  return !retryable && !infrastructure && !edge && !isDefect && status !== validationStatus;
}

/** A failure with its typed detail, as gRPC sends it. */
export function encodeFailure(error: AppError): Uint8Array {
  return toGrpcStatus(error).statusDetails;
}

export function decodeFailure(bytes: Uint8Array): AppError {
  return fromGrpcStatus({
    code: unknownStatus,
    message: 'kept under an idempotency key',
    statusDetails: bytes,
  });
}

/** For a code that a newer build kept and this one does not know. */
const unknownStatus = 2;

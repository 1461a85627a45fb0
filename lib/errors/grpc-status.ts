import type { Any } from '@tiffin/proto/gen/google/protobuf/any';
import { ErrorInfo } from '@tiffin/proto/gen/google/rpc/error_details';
import { Status } from '@tiffin/proto/gen/google/rpc/status';
import { AppError } from './app-error.ts';
import { detailCodec, isErrorCode } from './detail-codec.ts';
import { type ErrorCode, errorCatalogue } from './error-catalogue.gen.ts';

/** Name of the trailer that carries an encoded google.rpc.Status beside the canonical status number. */
export const statusDetailsTrailer = 'grpc-status-details-bin';
/** Name of the trailer that says `1` beside an UNAVAILABLE which was retried in vain below the peer. */
export const retriedTrailer = 'x-retried';

/** An error as gRPC sends it. */
export interface GrpcStatus {
  /** Canonical status, 1 to 16. An application's own number would arrive as UNKNOWN. */
  readonly code: number;
  readonly message: string;
  /** An encoded google.rpc.Status; absent where the peer is not one of ours. */
  readonly statusDetails?: Uint8Array | undefined;
}

const errorDomain = 'tiffin';
const typeUrlPrefix = 'type.googleapis.com/';
const errorInfoTypeUrl = `${typeUrlPrefix}google.rpc.ErrorInfo`;
/** HTTP/2 peers cut off larger headers and the code would be lost with them. */
const maxStatusDetailsBytes = 8 * 1024;

/**
 * The error as canonical status plus google.rpc.Status with ErrorInfo and the typed detail (AIP-193). A detail that
 * is too large for a header is left out: the code matters more.
 */
export function toGrpcStatus(error: AppError): GrpcStatus & { readonly statusDetails: Buffer } {
  const { status: code, publicMessage: message, typeName } = errorCatalogue[error.code];
  const info = pack(
    errorInfoTypeUrl,
    ErrorInfo.encode({ reason: error.code, domain: errorDomain, metadata: {} }),
  );
  const detail = pack(detailTypeUrl(typeName), detailCodec(error.code).encode(error.detail));
  const isTooLarge = detail.value.length > maxStatusDetailsBytes;
  const status = Status.encode({ code, message, details: isTooLarge ? [info] : [info, detail] });
  return { code, message, statusDetails: Buffer.from(status.finish()) };
}

/**
 * The error that a peer sent. A code that this build does not know, or a status without our details, becomes the
 * nearest infrastructure code, with the peer's own words as the cause.
 */
export function fromGrpcStatus(status: GrpcStatus): AppError {
  const details = decodeDetails(status.statusDetails);
  const reason = reasonOf(details);
  if (reason !== undefined && isErrorCode(reason)) return knownError(reason, details);
  const origin = reason === undefined ? 'no code of ours' : `the unknown code ${reason}`;
  return nearestError(
    status.code,
    new Error(`The peer sent status ${status.code} with ${origin}: ${status.message}`),
  );
}

function knownError(code: ErrorCode, details: readonly Any[]): AppError {
  const typeUrl = detailTypeUrl(errorCatalogue[code].typeName);
  const detail = details.find((any) => any.typeUrl === typeUrl);
  try {
    return new AppError(code, detailCodec(code).decode(detail?.value ?? new Uint8Array()));
  } catch (cause) {
    return new AppError(code, detailCodec(code).fromPartial({}), { cause });
  }
}

function nearestError(status: number, cause: Error): AppError {
  switch (status) {
    case errorCatalogue.CANCELLED.status:
      return new AppError('CANCELLED', {}, { cause });
    case errorCatalogue.DEADLINE_EXCEEDED.status:
      return new AppError('DEADLINE_EXCEEDED', {}, { cause });
    case errorCatalogue.UNAVAILABLE.status:
      return new AppError('UNAVAILABLE', { retryAfterMs: 1_000 }, { cause });
    case errorCatalogue.UNAUTHENTICATED.status:
      return new AppError('UNAUTHENTICATED', {}, { cause });
    case errorCatalogue.FORBIDDEN.status:
      return new AppError('FORBIDDEN', {}, { cause });
    default:
      // RESOURCE_EXHAUSTED too: without our details it is a message over the size limit, which is a defect.
      return new AppError('INTERNAL', {}, { cause });
  }
}

function reasonOf(details: readonly Any[]): string | undefined {
  const any = details.find((candidate) => candidate.typeUrl === errorInfoTypeUrl);
  if (!any) return undefined;
  try {
    const info = ErrorInfo.decode(any.value);
    return info.domain === errorDomain ? info.reason : undefined;
  } catch {
    return undefined;
  }
}

/** A trailer that cannot be read says as much as none: the canonical status still stands. */
function decodeDetails(bytes: Uint8Array | undefined): readonly Any[] {
  try {
    return bytes ? Status.decode(bytes).details : [];
  } catch {
    return [];
  }
}

function detailTypeUrl(typeName: string): string {
  return `${typeUrlPrefix}tiffin.error.v1.${typeName}`;
}

function pack(typeUrl: string, message: { finish(): Uint8Array }): Any {
  return { typeUrl, value: Buffer.from(message.finish()) };
}

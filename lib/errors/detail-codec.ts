import { type ErrorCode, type ErrorDetails, errorCatalogue } from './error-catalogue.gen.ts';

/** What is needed of a generated message to carry a detail from one process to another. */
export interface DetailCodec<Detail> {
  encode(detail: Detail): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Detail;
  fromPartial(detail: object): Detail;
}

/** The codec of a code's detail message. */
export function detailCodec<Code extends ErrorCode>(code: Code): DetailCodec<ErrorDetails[Code]> {
  // tsc cannot relate a generic code's row of the catalogue to the same code's entry in ErrorDetails.
  return errorCatalogue[code].detail as unknown as DetailCodec<ErrorDetails[Code]>;
}

/** Whether this build knows the code; a newer peer may send others. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

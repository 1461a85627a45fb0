import type { FastifyReply } from 'fastify';
import { AppError } from '../errors/app-error.ts';
import { errorCatalogue } from '../errors/error-catalogue.gen.ts';
import { errorExtensions } from '../errors/error-extensions.ts';
import { toAppError } from '../errors/normalize-error.ts';

/** Answers a whole HTTP request with one entry of `errors[]` and the code's HTTP status. */
export function sendError(reply: FastifyReply, thrown: unknown, maxBodyBytes: number): FastifyReply {
  const error = fromFastify(thrown, maxBodyBytes) ?? toAppError(thrown);
  if (error.code === 'INTERNAL') reply.log.error({ err: error.cause }, 'request failed');
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  if ('retryAfterMs' in error.detail)
    reply.header('retry-after', Math.ceil(Number(error.detail.retryAfterMs) / 1_000));
  return reply
    .code(isUnreadable(thrown) ? 415 : errorCatalogue[error.code].httpStatus)
    .type(`${answerType(reply.request.headers.accept)}; charset=utf-8`)
    .send(JSON.stringify({ errors: [{ message: error.message, extensions: errorExtensions(error) }] }));
}

/** Clients trust an error status with GraphQL's own media type only; the plain one may come from a proxy. */
function answerType(accept = ''): string {
  const graphQLType = 'application/graphql-response+json';
  return accept.toLowerCase().includes(graphQLType) ? graphQLType : 'application/json';
}

/** Whether fastify does not read bodies of the request's media type. */
const isUnreadable = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';

/** fastify's own refusals: a body that is too large, or one that is not the JSON it says it is. */
function fromFastify(thrown: unknown, maxBodyBytes: number): AppError | undefined {
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new AppError('PAYLOAD_TOO_LARGE', { maxBytes: maxBodyBytes });
  const isRefusal = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return isRefusal ? new AppError('MALFORMED_REQUEST', {}, { cause: thrown }) : undefined;
}

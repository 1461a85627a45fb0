import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { AppError } from '../errors/app-error.ts';
import { createLogger } from '../telemetry/logger.ts';
import { sendError } from './send-error.ts';

async function answerOf(thrown: unknown, accept?: string) {
  const lines: string[] = [];
  const loggerInstance = createLogger({ format: 'json', output: { write: (line) => lines.push(line) } });
  const app = fastify({ loggerInstance });
  app.get('/', (_request, reply) => sendError(reply, thrown, 1_000));
  lines.length = 0;
  const response = await app.inject({ url: '/', headers: accept === undefined ? {} : { accept } });
  await app.close();
  const logged = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    retryAfter: response.headers['retry-after'],
    result: response.json(),
    logged,
  };
}

const fastifyError = (statusCode: number, code: string) =>
  Object.assign(new Error('inside'), { statusCode, code });

const answers: [thrown: unknown, status: number, extensions: object][] = [
  [new AppError('UNAUTHENTICATED', {}), 401, { code: 'UNAUTHENTICATED' }],
  [new AppError('RATE_LIMITED', { retryAfterMs: 9 }), 429, { code: 'RATE_LIMITED', retryAfterMs: 9 }],
  [new AppError('UNAVAILABLE', { retryAfterMs: 9 }), 503, { code: 'UNAVAILABLE', retryAfterMs: 9 }],
  [fastifyError(413, 'FST_ERR_CTP_BODY_TOO_LARGE'), 413, { code: 'PAYLOAD_TOO_LARGE', maxBytes: 1_000 }],
  [fastifyError(400, 'FST_ERR_CTP_INVALID_JSON_BODY'), 400, { code: 'MALFORMED_REQUEST' }],
  [fastifyError(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'), 415, { code: 'MALFORMED_REQUEST' }],
  [fastifyError(500, 'FST_ERR_ANYTHING'), 500, { code: 'INTERNAL' }],
  [new Error('inside'), 500, { code: 'INTERNAL' }],
  [undefined, 500, { code: 'INTERNAL' }],
];
for (const [thrown, status, extensions] of answers) {
  test(`${JSON.stringify(extensions)} answers with ${status} (${String(thrown)})`, async () => {
    const answer = await answerOf(thrown);
    assert.equal(answer.status, status);
    assert.equal(answer.result.errors.length, 1);
    assert.deepEqual(answer.result.errors[0].extensions, extensions);
    assert.doesNotMatch(JSON.stringify(answer.result), /inside|stack/);
    assert.equal(answer.logged.length, status === 500 ? 1 : 0);
  });
}

test('the media type is the one of GraphQL where the client reads it', async () => {
  const error = new AppError('UNAUTHENTICATED', {});
  const json = 'application/json; charset=utf-8';
  const graphQL = 'application/graphql-response+json; charset=utf-8';
  assert.equal((await answerOf(error)).type, json);
  assert.equal((await answerOf(error, 'application/json')).type, json);
  assert.equal((await answerOf(error, 'text/html')).type, json);
  assert.equal(
    (await answerOf(error, 'application/graphql-response+json, application/json;q=0.9')).type,
    graphQL,
  );
});

test('when to come back stands in a header too, in whole seconds, rounded up', async () => {
  const after = async (retryAfterMs: number) =>
    (await answerOf(new AppError('RATE_LIMITED', { retryAfterMs }))).retryAfter;
  assert.deepEqual(await Promise.all([0, 1, 1_000, 1_001, 60_000].map(after)), ['0', '1', '1', '2', '60']);
  assert.equal((await answerOf(new AppError('UNAVAILABLE', { retryAfterMs: 1_500 }))).retryAfter, '2');
  assert.equal((await answerOf(new AppError('UNAUTHENTICATED', {}))).retryAfter, undefined);
});

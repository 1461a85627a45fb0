import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { componentLogger, createLogger, type LoggerOptions, requestLogger } from './logger.ts';

function capture(options: Pick<LoggerOptions, 'format' | 'level'> = {}) {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const clock = new VirtualClock(Date.UTC(2030, 0, 1, 12, 30, 1, 123));
  return { logger: createLogger({ format: 'json', ...options, output, clock }), lines };
}
const parse = (line: string | undefined) => JSON.parse(line ?? 'null');

test('one JSON object a line, with time, level, component and request id', () => {
  const { logger, lines } = capture();
  requestLogger(componentLogger(logger, 'gateway'), 'r-1').info({ status: 200 }, 'request');
  assert.deepEqual(parse(lines[0]), {
    level: 'info',
    time: '2030-01-01T12:30:01.123Z',
    component: 'gateway',
    requestId: 'r-1',
    status: 200,
    msg: 'request',
  });
});

test('nothing secret gets out: fields, child fields, messages, format arguments, errors', () => {
  const { logger, lines } = capture();
  logger.info({ user: { password: 'hunter2' } }, 'login of %s', 'hunter2@mail.example');
  logger
    .child({ refreshToken: 'hunter2' })
    .child({ url: 'redis://:hunter2@cache' })
    .info('hunter2@mail.example');
  logger.error(new Error('no redis://:hunter2@cache'));
  logger.error({ err: new Error('no redis://:hunter2@cache') }, 'failed');
  assert.equal(lines.length, 4);
  assert.doesNotMatch(lines.join(''), /hunter2/);
});

test('an error is logged with its name, code, message and stack', () => {
  const { logger, lines } = capture();
  logger.error(Object.assign(new RangeError('too far'), { code: 'E_FAR' }), 'moving failed');
  const { msg, err } = parse(lines[0]);
  assert.equal(msg, 'moving failed');
  assert.deepEqual([err.name, err.code, err.message], ['RangeError', 'E_FAR', 'too far']);
  assert.match(err.stack, /logger\.test\.ts/);
});

test('a request is logged by method and path, without query and headers', () => {
  const { logger, lines } = capture();
  logger.info(
    { req: { method: 'GET', url: '/graphql?variables=secret', headers: { authorization: 'x' } } },
    'in',
  );
  assert.deepEqual(parse(lines[0]).req, { method: 'GET', path: '/graphql' });
});

test('a field whose getter throws does not throw at the caller', () => {
  const { logger, lines } = capture();
  const nasty = Object.defineProperty({}, 'x', { enumerable: true, get: () => assert.fail('no') });
  logger.info({ nasty }, 'still here');
  assert.equal(parse(lines[0]).msg, 'still here');
});

test('the text form is one short line, with stack and cause below it', () => {
  const { logger, lines } = capture({ format: 'text' });
  componentLogger(logger, 'shop').warn({ port: 5002, where: 'a b' }, 'listening');
  assert.equal(lines[0], '12:30:01.123  WARN   shop  listening  port=5002  where="a b"\n');
  logger.error(new Error('outer', { cause: new Error('inner') }));
  assert.match(lines[1] ?? '', /ERROR {2}outer\n {4}Error: outer\n[\s\S]* {4}caused by\n {6}Error: inner\n/);
});

test('the level is a threshold', () => {
  const { logger, lines } = capture({ level: 'warn' });
  logger.info('no');
  logger.warn('yes');
  assert.equal(lines.length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorResult } from './error-result.ts';

test('an error of the catalogue becomes an object of its GraphQL type, with its detail', () => {
  const startsAt = new Date('2030-01-31T18:00:00Z');
  assert.deepEqual(errorResult('NOT_STARTED', { startsAt }), {
    __typename: 'NotStarted',
    code: 'NOT_STARTED',
    message: 'The flash sale has not started.',
    startsAt,
  });
});

test('a detail is copied: one that is frozen stays as it is', () => {
  const detail = Object.freeze({ ticketId: '8' });
  assert.equal(errorResult('ALREADY_JOINED', detail).__typename, 'AlreadyJoined');
  assert.deepEqual(detail, { ticketId: '8' });
});

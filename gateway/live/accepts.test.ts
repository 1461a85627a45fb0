import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedBy } from './accepts.ts';

const headers: [accept: string | undefined, events: boolean, json: boolean][] = [
  [undefined, false, false],
  ['text/event-stream', true, false],
  ['Text/Event-Stream;q=0.9', true, false],
  ['application/graphql-response+json, text/event-stream', true, true],
  ['text/event-stream, */*', true, true],
  ['application/json', false, true],
  ['text/event-streams', false, false],
];
for (const [accept, events, json] of headers) {
  test(`accept: ${accept}`, () => assert.deepEqual(acceptedBy(accept), { events, json }));
}

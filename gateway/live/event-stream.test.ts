import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { EventStream } from './event-stream.ts';

/** A response whose client reads or does not, as the test says. */
class FakeResponse extends EventEmitter {
  readonly chunks: string[] = [];
  writableNeedDrain = false;
  reads = true;
  destroyed = false;
  hasEnded = false;
  writeHead() {}
  write(chunk: string): boolean {
    this.chunks.push(chunk);
    this.writableNeedDrain = !this.reads;
    return this.reads;
  }
  end() {
    this.hasEnded = true;
  }
  destroy() {
    this.destroyed = true;
    this.emit('close');
  }
  drain() {
    this.reads = true;
    this.writableNeedDrain = false;
    this.emit('drain');
  }
}

function createBed() {
  const clock = new VirtualClock();
  const response = new FakeResponse();
  const gone: string[] = [];
  const stream = new EventStream({
    response: response as unknown as ServerResponse,
    headers: {},
    clock,
    onGone: (who) => gone.push(who),
  });
  response.chunks.length = 0;
  return { clock, response, stream, gone };
}

const next = (text: string) => `event: next\ndata: ${text}\n\n`;

test('what is the same is sent once', () => {
  const { stream, response } = createBed();
  for (const text of ['1', '1', '2', '2', '1']) stream.next(text);
  assert.deepEqual(response.chunks, [next('1'), next('2'), next('1')]);
});

test('a client that does not read gets the newest state when it does', () => {
  const { stream, response } = createBed();
  response.reads = false;
  for (let state = 1; state <= 1_000; state++) stream.next(String(state));
  assert.deepEqual(response.chunks, [next('1')]);
  response.drain();
  assert.deepEqual(response.chunks, [next('1'), next('1000')]);
});

test('what changed and changed back while the client did not read is no event', () => {
  const { stream, response } = createBed();
  response.reads = false;
  for (const text of ['1', '2', '1']) stream.next(text);
  response.drain();
  assert.deepEqual(response.chunks, [next('1')]);
});

test('a client that takes nothing for 30 s is cut off, one that takes something is not', async () => {
  const { stream, response, clock, gone } = createBed();
  response.reads = false;
  stream.next('1');
  await clock.advance(29_999);
  response.drain();
  response.reads = false;
  stream.next('2');
  await clock.advance(29_999);
  assert.equal(response.destroyed, false);
  await clock.advance(1);
  assert.equal(response.destroyed, true);
  assert.deepEqual(gone, ['stuck']);
  assert.equal(clock.pendingTimers, 0);
});

test('pings are not piled up for a client that does not read', async () => {
  const { stream, response, clock } = createBed();
  await clock.advance(15_000);
  assert.deepEqual(response.chunks, [':\n\n']);
  response.reads = false;
  stream.next('1');
  await clock.advance(29_000);
  assert.deepEqual(response.chunks, [':\n\n', next('1')]);
});

test('complete is the last thing said, and a client that does not take it is cut off', async () => {
  const { stream, response, clock, gone } = createBed();
  response.reads = false;
  stream.next('1');
  stream.next('2');
  stream.complete();
  stream.next('3');
  stream.complete();
  assert.deepEqual(response.chunks, [next('1'), 'event: complete\ndata:\n\n']);
  assert.equal(response.hasEnded, true);
  await clock.advance(4_999);
  assert.equal(response.destroyed, false);
  await clock.advance(1);
  assert.equal(response.destroyed, true);
  assert.equal(clock.pendingTimers, 0);
  assert.deepEqual(gone, []);
});

test('a client that leaves is told once, and nothing of it is left', () => {
  const { stream, response, clock, gone } = createBed();
  response.emit('close');
  response.emit('close');
  stream.next('1');
  stream.complete();
  assert.deepEqual(gone, ['client']);
  assert.deepEqual(response.chunks, []);
  assert.equal(clock.pendingTimers, 0);
  assert.deepEqual([response.listenerCount('close'), response.listenerCount('drain')], [0, 0]);
});

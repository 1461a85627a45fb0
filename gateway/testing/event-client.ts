import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';

/** What a client of server-sent events got: `ping` is a comment. */
export type ServerEvent =
  | { readonly kind: 'next'; readonly result: unknown }
  | { readonly kind: 'complete' }
  | { readonly kind: 'ping' };

export interface EventClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The next event that is no ping. */
  next(): Promise<ServerEvent>;
  nextOfAll(): Promise<ServerEvent>;
  /** Events that came and were not asked for. */
  readonly unread: readonly ServerEvent[];
  /** The whole body of an answer that is no stream of events. */
  body(): Promise<string>;
  /** Resolves when the server has ended the response; rejects where it broke it off. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  leave(): void;
}

export interface EventRequest {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a stream by POST where there is a body, otherwise by GET; it asserts the wire format as it reads. */
export function openEvents(url: string, { body, headers }: EventRequest): Promise<EventClient> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: body ? 'POST' : 'GET',
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => resolve(read(response, () => sent.destroy())));
    sent.end(body && JSON.stringify(body));
  });
}

function read(response: IncomingMessage, leave: () => void): EventClient {
  const events: ServerEvent[] = [];
  const waiting: ((event: ServerEvent) => void)[] = [];
  let text = '';
  let rest = '';
  const { promise: ended, resolve: end, reject: breakOff } = Promise.withResolvers<void>();
  ended.catch(() => {});
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    if (!response.headers['content-type']?.startsWith('text/event-stream')) return;
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      const waiter = waiting.shift();
      if (waiter) waiter(event);
      else events.push(event);
    }
  });
  response.on('error', breakOff);
  response.on('end', end);
  const nextOfAll = () => {
    const event = events.shift();
    return event ? Promise.resolve(event) : new Promise<ServerEvent>((resolve) => waiting.push(resolve));
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    nextOfAll,
    async next() {
      for (;;) {
        const event = await nextOfAll();
        if (event.kind !== 'ping') return event;
      }
    },
    get unread() {
      return events.filter(({ kind }) => kind !== 'ping');
    },
    async body() {
      await ended;
      return text;
    },
    ended,
    pause: () => response.pause(),
    resume: () => response.resume(),
    leave,
  };
}

function parseEvent(block: string): ServerEvent {
  if (block === ':') return { kind: 'ping' };
  if (block === 'event: complete\ndata:') return { kind: 'complete' };
  const data = /^event: next\ndata: (.+)$/.exec(block)?.[1];
  assert.ok(data, `no event: ${block}`);
  return { kind: 'next', result: JSON.parse(data) };
}

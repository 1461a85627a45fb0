import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { request } from 'undici';
import { createGatewayServer, type GatewayServerOptions } from '../gateway-server.ts';
import type { OperationCacheOptions } from '../operation-cache.ts';
import { loadExecutors } from './executors.ts';
import { graphOn } from './graph-on.ts';
import { createLibrary, type LibraryHooks } from './library.ts';

export interface LibraryServerOptions extends Partial<GatewayServerOptions> {
  readonly hooks?: LibraryHooks;
  readonly limits?: OperationCacheOptions;
}

/** What a client got, headers as they are and the body unread by anybody. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LibraryServer {
  readonly url: string;
  /** Sends what it is told, byte by byte: no header is added. */
  send(path: string, request?: RawRequest): Promise<RawAnswer>;
  /** A GraphQL request by POST, as JSON. */
  post(
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<RawAnswer & { result: ReturnType<typeof JSON.parse> }>;
}

/** The gateway over the library, behind a socket. */
export async function startLibraryServer(
  t: { after(done: () => Promise<void>): void },
  { hooks, limits, ...options }: LibraryServerOptions = {},
): Promise<LibraryServer> {
  const clock = new VirtualClock();
  const library = createLibrary(hooks);
  const executors = await loadExecutors(library.supergraphSdl, library.subgraphOf, clock);
  const app = createGatewayServer({
    graph: graphOn(executors.compiled, limits),
    errors: 'catalogue',
    tokens: {
      async verify(token) {
        if (token !== 'good') throw new AppError('UNAUTHENTICATED', {});
        return { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
      },
    },
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    isReady: () => true,
    budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 10_000 },
    newRequestId: () => 'made-here',
    maxBodyBytes: 100_000,
    ...options,
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await app.close();
    await executors.stop();
  });

  async function send(path: string, { method = 'GET', headers, body }: RawRequest = {}): Promise<RawAnswer> {
    const response = await request(`${origin}${path}`, {
      method: method as 'GET',
      headers: { ...headers },
      ...(body !== undefined && { body }),
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() };
  }
  return {
    url: `${origin}/graphql`,
    send,
    async post(content, headers = {}) {
      const all = { 'content-type': 'application/json', ...headers };
      const answer = await send('/graphql', { method: 'POST', headers: all, body: JSON.stringify(content) });
      return { ...answer, result: answer.headers['content-encoding'] ? undefined : JSON.parse(answer.text) };
    },
  };
}

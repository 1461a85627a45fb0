import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FastifyInstance } from 'fastify';
import { sendCompressed } from './compress.ts';
import type { PlaygroundOptions } from './playground.ts';

export interface ServePlaygroundOptions extends PlaygroundOptions {
  /** Whether the page is compressed for clients that take it. Default true. */
  readonly compression?: boolean | undefined;
}

/**
 * Serves GraphiQL at `/`. Its code has 9 MB, which take 40 MB of memory as a module and a page, as much as all else that
 * a gateway loads: a thread makes the page when somebody asks for it first, and only the page's bytes are kept.
 */
export function servePlayground(
  app: FastifyInstance,
  { compression = true, ...options }: ServePlaygroundOptions,
): void {
  let made: Promise<Buffer> | undefined;
  const page = () => {
    made ??= makePage(options).catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };

  app.get('/', async (_request, reply) => {
    const bytes = await page();
    reply.type('text/html; charset=utf-8');
    return compression ? sendCompressed(reply, bytes) : reply.send(bytes);
  });
}

async function makePage(options: PlaygroundOptions): Promise<Buffer> {
  const worker = new Worker(new URL('./playground-worker.ts', import.meta.url), {
    workerData: options,
    env: {},
    execArgv: [],
  });
  const [bytes] = (await once(worker, 'message')) as [Uint8Array<ArrayBuffer>];
  return Buffer.from(bytes.buffer);
}

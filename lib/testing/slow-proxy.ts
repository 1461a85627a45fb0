import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between clients and a server on this machine that a test may make slow, or cut. */
export interface SlowProxy {
  /** To connect to, in place of the server's. */
  readonly url: string;
  /** Each answer is held back for so long from now on; questions are not. 0 at first. */
  delayMs: number;
  /** Ends all connections, and refuses new ones. The server loses nothing. */
  cut(): void;
  /** Lets clients connect again. */
  mend(): void;
  stop(): void;
}

/** `url`: that of the server, whose scheme the proxy's has too. */
export async function startSlowProxy(url: string): Promise<SlowProxy> {
  const { protocol, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy: SlowProxy = {
    url: '',
    delayMs: 0,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    stop() {
      proxy.cut();
      listener.close();
    },
  };
  const listener = createServer((client) => {
    if (isCut) return void client.destroy();
    const server = connect(Number(port), '127.0.0.1');
    client.on('data', (chunk) => server.write(chunk));
    server.on(
      'data',
      delayed((chunk) => client.write(chunk)),
    );
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket.setNoDelay());
      socket.once('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');

  /** Keeps the order, also of those that come after the delay has become shorter. */
  function delayed(pass: (chunk: Buffer) => void): (chunk: Buffer) => void {
    let lastDueMs = 0;
    return (chunk) => {
      const nowMs = performance.now();
      lastDueMs = Math.max(lastDueMs, nowMs + proxy.delayMs);
      if (lastDueMs <= nowMs) pass(chunk);
      else setTimeout(pass, lastDueMs - nowMs, chunk);
    };
  }

  return Object.assign(proxy, {
    url: `${protocol}//127.0.0.1:${(listener.address() as AddressInfo).port}`,
  });
}

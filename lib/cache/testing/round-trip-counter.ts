import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between clients and a Redis server that counts what goes over it. */
export interface RoundTripCounter {
  /** To connect to, in place of the server's. */
  readonly url: string;
  /** How often clients have spoken up after the server had: what is sent in one go counts once. */
  readonly roundTrips: number;
  stop(): void;
}

export async function startRoundTripCounter(url: string): Promise<RoundTripCounter> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  let roundTrips = 0;
  const proxy = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
    let isClientsTurn = true;
    client.on('data', (chunk) => {
      if (isClientsTurn) roundTrips++;
      isClientsTurn = false;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      isClientsTurn = true;
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket.setNoDelay());
      socket.once('error', () => {});
      socket.once('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get roundTrips() {
      return roundTrips;
    },
    stop() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

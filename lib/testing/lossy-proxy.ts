import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RedisReplies } from './redis-replies.ts';

/** A wire between clients and a Redis of this machine on which replies get lost after their commands were executed. */
export interface LossyProxy {
  /** To connect to, in place of the server's. */
  readonly url: string;
  /** The share of replies that get lost from now on. 0 at first. */
  loss: number;
  /** Replies that passed or were lost, and those that were lost: alone, or because their connection was ended. */
  readonly counts: { readonly replies: number; readonly lost: number; readonly cuts: number };
  stop(): void;
}

export interface LossyProxyOptions {
  /** Of the server: `redis://` and one address. */
  readonly url: string;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Of the lost replies, how many end their connection, and with it all that is under way on it. Default 0.02. */
  readonly cutShare?: number;
}

/** A new connection says hello, and asks whether the server is ready: whoever loses that is not connected at all. */
const greetingReplies = 5;
/**
 * TCP loses no reply from the middle of a stream: the client would take each one after it for the answer to another
 * command. So in its place there is one by which a client knows of its command no more than that there is no answer.
 */
const lostReply = Buffer.from('-BUSY The answer was lost.\r\n');

/** Only for RESP2, as ioredis speaks it. What subscribers are told always passes. */
export async function startLossyProxy({
  url,
  random,
  cutShare = 0.02,
}: LossyProxyOptions): Promise<LossyProxy> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const counts = { replies: 0, lost: 0, cuts: 0 };
  const listener = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
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
    client.on('data', (chunk) => server.write(chunk));
    const replies = new RedisReplies();
    let greetings = greetingReplies;
    server.on('data', (chunk) => {
      const passed: Buffer[] = [];
      for (const reply of replies.take(chunk)) {
        counts.replies++;
        if (--greetings >= 0 || replies.isPush(reply) || random() >= proxy.loss) passed.push(reply);
        else {
          counts.lost++;
          if (random() < cutShare) {
            counts.cuts++;
            client.destroy();
            return;
          }
          passed.push(lostReply);
        }
      }
      if (passed.length > 0) client.write(Buffer.concat(passed));
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const proxy: LossyProxy = {
    url: `redis://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    loss: 0,
    counts,
    stop() {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
  return proxy;
}

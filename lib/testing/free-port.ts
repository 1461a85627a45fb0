import { createServer, type Server } from 'node:net';

/** Below those that systems hand out: no connection and no server at port 0 takes one while its own server is away. */
const FIRST_PORT = 10_001;
const PORTS = 5_000;
/** Who has a port also listens there, so that other processes leave it alone while nobody listens at the port itself. */
const CLAIM_OFFSET = 5_000;
/** Where a node of a Redis Cluster talks to the others. */
const BUS_OFFSET = 10_000;
const MAX_ATTEMPTS = 100;

/** A TCP port of 127.0.0.1, and 10,000 above it one for a Redis Cluster: this process's own until it ends. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const claim = await listen(port + CLAIM_OFFSET);
    if (!claim) continue;
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) {
      claim.unref();
      return port;
    }
    claim.close();
  }
  throw new Error(`No free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1}.`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = await listen(port);
  if (probe) await new Promise((resolve) => probe.close(resolve));
  return probe !== undefined;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

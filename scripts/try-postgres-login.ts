import { connect } from 'node:net';

export type LoginAnswer = 'accepted' | 'refused' | 'unreachable';

const PROTOCOL_3_0 = 196_608;
const AUTHENTICATION_OK = 0;
const TIMEOUT_MS = 2_000;

/** Asks whether a PostgreSQL server lets the user `postgres` in without a password (frontend/backend protocol 3.0). */
export function tryPostgresLogin(host: string, port: number): Promise<LoginAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: LoginAnswer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIMEOUT_MS, () => finish('unreachable'));
    socket.once('connect', () => socket.write(startupMessage()));
    socket.once('data', (reply) => {
      const isAuthentication = reply.length >= 9 && reply[0] === 'R'.charCodeAt(0);
      finish(isAuthentication && reply.readInt32BE(5) === AUTHENTICATION_OK ? 'accepted' : 'refused');
    });
    socket.once('error', () => finish('unreachable'));
    socket.once('close', () => finish('unreachable'));
  });
}

function startupMessage(): Buffer {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const header = Buffer.alloc(8);
  header.writeInt32BE(header.length + parameters.length, 0);
  header.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([header, parameters]);
}

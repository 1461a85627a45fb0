import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInternalTokens } from '../identity/internal-token.ts';
import { createGrpcServer } from './grpc-server.ts';
import { createGrpcTransport } from './grpc-transport.ts';
import { type Connect, testTransport } from './transport.contract.ts';

const secret = 'a secret of thirty-two characters';

const connect: Connect = async (server, clock, { metrics, logger }) => {
  const tokens = createInternalTokens({ secret, clock });
  const grpc = createGrpcServer({ server, tokens, clock, metrics, logger });
  const { port } = await grpc.listen('127.0.0.1', 0);
  const transport = createGrpcTransport({ address: `127.0.0.1:${port}`, tokens, clock });
  return {
    transport,
    drain: (graceMs) => grpc.drain(graceMs),
    async close() {
      transport.close();
      await grpc.drain(0);
    },
  };
};

testTransport(connect);

import { createInProcessTransport } from './in-process-transport.ts';
import { type Connect, testTransport } from './transport.contract.ts';

const connect: Connect = async (server) => {
  const transport = createInProcessTransport(server);
  return { transport, drain: (graceMs) => server.drain(graceMs), close: async () => transport.close() };
};

testTransport(connect);

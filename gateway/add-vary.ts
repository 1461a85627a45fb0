import type { FastifyReply } from 'fastify';

/** Says that the answer depends on a header of the request, whatever else it depends on. */
export function addVary(reply: FastifyReply, header: string): void {
  const known = reply.getHeader('vary');
  reply.header('vary', known === undefined ? header : `${known}, ${header}`);
}

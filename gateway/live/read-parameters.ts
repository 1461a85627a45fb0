import type { FastifyRequest } from 'fastify';
import type { RequestParams, Response } from 'graphql-http';
import type { KnownDocuments } from '../known-documents.ts';
import { requestParameters } from '../request-parameters.ts';

/**
 * The parameters of a GraphQL request, or the response to one that is none of GraphQL's.
 * @throws what `requestParameters` throws.
 */
export function readParameters(
  { method, url, headers, body, raw }: FastifyRequest,
  documents: KnownDocuments,
): Promise<RequestParams | Response> {
  const request = {
    method,
    url,
    headers: headers as Record<string, string>,
    body: body as string | Record<string, unknown> | null,
    raw,
    context: undefined,
  };
  return requestParameters(request, documents);
}

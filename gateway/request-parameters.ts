import { parseRequestParams, type Request, type RequestParams, type Response } from 'graphql-http';
import type { KnownDocuments } from './known-documents.ts';

/**
 * The parameters of a GraphQL request, as graphql-http reads them, with the text that a `documentId` of GraphQL over
 * HTTP (`sha256:<hex>`) or an `extensions.persistedQuery` of Apollo's protocol stands for. A response where the method
 * or the media type is none of GraphQL's.
 * @throws Error with a sentence for the client; a GraphQLError where it is about the document.
 */
export async function requestParameters<Raw, Context>(
  request: Request<Raw, Context>,
  documents: KnownDocuments,
): Promise<RequestParams | Response> {
  const { text, documentId } = documentOf(request);
  // graphql-http insists on a text.
  const parameters = await parseRequestParams(text == null ? withText(request, '') : request);
  if (!('query' in parameters)) return parameters;
  const hash = hashOf(documentId, text, parameters.extensions?.['persistedQuery']);
  if (text == null && hash === undefined) throw new Error('Missing query');
  return {
    ...parameters,
    query: documents.textOf({ text: text == null ? undefined : parameters.query, hash }),
  };
}

/** As it was sent: it may be of any type. */
interface SentDocument {
  readonly text?: unknown;
  readonly documentId?: unknown;
}

function documentOf<Raw, Context>({ method, url, body }: Request<Raw, Context>): SentDocument {
  if (method === 'GET') {
    const parameters = new URLSearchParams(searchOf(url));
    return { text: parameters.get('query'), documentId: parameters.get('documentId') };
  }
  if (!isObject(body)) return {};
  const { query: text, documentId } = body as Record<string, unknown>;
  return { text, documentId };
}

function withText<Raw, Context>(request: Request<Raw, Context>, query: string): Request<Raw, Context> {
  const { method, url, body } = request;
  if (method === 'GET') return { ...request, url: `?${searchOf(url)}&query=${encodeURIComponent(query)}` };
  return isObject(body) ? { ...request, body: { ...body, query } } : request;
}

function hashOf(documentId: unknown, text: unknown, persistedQuery: unknown): string | undefined {
  if (documentId != null) {
    if (typeof documentId !== 'string') throw new Error('Invalid documentId');
    if (text != null) throw new Error('Send documentId or query, not both');
    // Identifiers of another form are nobody's here.
    return /^sha256:([0-9a-f]{64})$/.exec(documentId)?.[1] ?? '';
  }
  if (persistedQuery == null) return undefined;
  const { version, sha256Hash } = persistedQuery as Record<string, unknown>;
  if (version !== 1) throw new Error('Unsupported persisted query version');
  if (typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/.test(sha256Hash))
    throw new Error('Invalid sha256Hash');
  return sha256Hash;
}

const searchOf = (url: string) => url.split('?')[1] ?? '';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { JoinGraph } from './join-graphs.ts';

/**
 * Where a supergraph says that a subgraph listens.
 * @throws Error whose message completes "FILE …" and shows no credentials.
 */
export function subgraphUrl({ name, url: text }: JoinGraph): URL {
  const remedy = 'set its routing URL and compose the supergraph again';
  if (text === undefined) throw new Error(`has no URL for the subgraph ${name}: ${remedy}.`);
  const url = URL.parse(text);
  if (url?.username || url?.password) {
    throw new Error(`has credentials in the URL of the subgraph ${name}, which are not sent: ${remedy}.`);
  }
  if (url?.hostname && /^https?:$/.test(url.protocol)) return url;
  const shown = text.includes('@') ? '' : ` (${JSON.stringify(text.slice(0, 80))})`;
  throw new Error(
    `has a URL for the subgraph ${name} that does not begin with http:// or https://${shown}: ${remedy}.`,
  );
}

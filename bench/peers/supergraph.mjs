import { readFileSync } from 'node:fs';

const names = ['order', 'shop', 'user'];

/** Subgraph → its address, from SUBGRAPH_URLS. */
export const subgraphUrls = JSON.parse(process.env.SUBGRAPH_URLS ?? '{}');

/** Tiffin's own supergraph, with the addresses of the subgraphs in it. */
export function supergraphSdl() {
  const sdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  return names.reduce(
    (text, name) =>
      text.replace(
        `@join__graph(name: "${name}-subgraph", url: "")`,
        `@join__graph(name: "${name}-subgraph", url: "${subgraphUrls[`${name}-subgraph`]}")`,
      ),
    sdl,
  );
}

import { composeServices } from '@apollo/composition';
import type { DocumentNode } from 'graphql';
import { ContractError } from './contracts.ts';
import { sdlHeaderOf } from './header.ts';

/** The whole SDL of one subgraph, under the name of its component: `shop-subgraph`. */
export interface SubgraphDocument {
  readonly name: string;
  readonly document: DocumentNode;
}

/** schema/supergraph.graphql. Throws ContractError with what composition says. Where a subgraph runs is not in it. */
export function supergraph(subgraphs: readonly SubgraphDocument[]): string {
  const result = composeServices(
    subgraphs.map(({ name, document }) => ({ name, typeDefs: document, url: '' })),
  );
  if (result.errors) {
    throw new ContractError(result.errors.map((error) => `The subgraphs do not compose: ${error.message}`));
  }
  // Composition has a layout of its own.
  const layout = '# biome-ignore-all format: generated';
  return `${sdlHeaderOf('the SDL of the subgraphs')}\n${layout}\n\n${result.supergraphSdl.trim()}\n`;
}

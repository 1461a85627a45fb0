import { composeServices } from '@apollo/composition';
import { type DocumentNode, parse } from 'graphql';
import type { SupergraphSource } from './supergraphs/supergraph-source.ts';

export interface ComposedSupergraph {
  readonly supergraphSdl: string;
  readonly subgraphs: ReadonlyMap<string, DocumentNode>;
}

/** @throws Error with what the composition refuses. */
export function composeSupergraph({
  name,
  subgraphs,
}: Pick<SupergraphSource, 'name' | 'subgraphs'>): ComposedSupergraph {
  const services = Object.entries(subgraphs).map(([subgraph, sdl]) => ({
    name: subgraph,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) {
    const lines = errors?.map(({ message }) => message).join('\n');
    throw new Error(`The supergraph ${name} does not compose:\n${lines}`);
  }
  return { supergraphSdl, subgraphs: new Map(services.map((service) => [service.name, service.typeDefs])) };
}

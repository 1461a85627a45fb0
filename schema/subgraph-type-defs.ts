import { readFileSync } from 'node:fs';
import { type DocumentNode, parse } from 'graphql';

/** The SDL of a subgraph: what all share, its own, the error types, and its result unions. Read at start. */
export function subgraphTypeDefs(name: string): DocumentNode[] {
  return ['common', name, 'gen/errors', `gen/${name}-results`].map((file) => parse(schemaFile(file)));
}

/** The composed supergraph, as checked in. */
export const supergraphSdl = () => schemaFile('supergraph');

const schemaFile = (name: string) => readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DocumentNode, parse, Source } from 'graphql';
import { ContractError } from './contracts.ts';

/** A subgraph's hand-written SDL and where its generated files go. */
export interface SubgraphSource {
  /** `shop`, for schema/shop.graphql, subgraphs/shop and the component shop-subgraph. */
  readonly name: string;
  readonly commonSdl: string;
  readonly ownSdl: string;
}

/** Every schema/<name>.graphql but common.graphql and the supergraph is the SDL of the subgraph <name>. */
export async function readSubgraphs(rootDir: string): Promise<SubgraphSource[]> {
  const dir = join(rootDir, 'schema');
  const read = (file: string) => readFile(join(dir, file), 'utf8');
  const notSubgraphs = new Set(['common.graphql', 'supergraph.graphql']);
  const files = (await readdir(dir))
    .filter((file) => file.endsWith('.graphql') && !notSubgraphs.has(file))
    .sort();
  const commonSdl = await read('common.graphql');
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.graphql'.length),
      commonSdl,
      ownSdl: await read(file),
    })),
  );
}

/** Parses SDL. Throws ContractError with the file and the place of a syntax mistake. */
export function parseSdl(file: string, sdl: string): DocumentNode {
  try {
    return parse(new Source(sdl, file));
  } catch (error) {
    throw new ContractError([String(error)]);
  }
}

/** The names of the fields of type Mutation in a subgraph's own SDL, in its order. */
export function mutationFieldsOf(subgraph: SubgraphSource): string[] {
  const document = parseSdl(`schema/${subgraph.name}.graphql`, subgraph.ownSdl);
  return document.definitions.flatMap((definition) =>
    (definition.kind === 'ObjectTypeDefinition' || definition.kind === 'ObjectTypeExtension') &&
    definition.name.value === 'Mutation'
      ? (definition.fields ?? []).map((field) => field.name.value)
      : [],
  );
}

/** The names of the input types in a subgraph's own SDL that have an idempotency key. */
export function inputsWithKeyOf(subgraph: SubgraphSource): Set<string> {
  const document = parseSdl(`schema/${subgraph.name}.graphql`, subgraph.ownSdl);
  return new Set(
    document.definitions.flatMap((definition) =>
      definition.kind === 'InputObjectTypeDefinition' &&
      definition.fields?.some((field) => field.name.value === 'idempotencyKey')
        ? [definition.name.value]
        : [],
    ),
  );
}

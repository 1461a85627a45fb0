import { configDocs } from './config-docs.ts';
import { ContractError, type Contracts } from './contracts.ts';
import { readContracts } from './descriptors.ts';
import { errorCatalogue } from './error-catalogue.ts';
import { errorDocs } from './error-docs.ts';
import { errorTypes } from './error-types.ts';
import { mappers } from './mappers.ts';
import { mutationCodes } from './mutation-codes.ts';
import { mutationsOf } from './mutations.ts';
import { protoCode } from './proto-code.ts';
import { readConfiguration } from './read-configuration.ts';
import { resolverTypes } from './resolver-types.ts';
import { resultUnions } from './result-unions.ts';
import { rpcErrorCodes } from './rpc-error-codes.ts';
import { parseSdl, readSubgraphs, type SubgraphSource } from './subgraphs.ts';
import { supergraph } from './supergraph.ts';
import { trustedDocuments } from './trusted-documents.ts';
import { validate } from './validate.ts';

/** Path from the root of the repository → content. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/**
 * Makes every generated file of the repository in memory from the proto files, the hand-written SDL, the operations and
 * the configuration schemas.
 * Throws ContractError where these are not consistent.
 */
export async function generateFiles(rootDir: string): Promise<GeneratedFiles> {
  const [contracts, subgraphs, fromProto] = await Promise.all([
    readContracts(rootDir),
    readSubgraphs(rootDir),
    protoCode(rootDir),
  ]);
  validate(contracts);
  const errorsSdl = errorTypes(contracts);
  const files = new Map([
    ...fromProto,
    ['proto/gen/rpc-error-codes.ts', rpcErrorCodes(contracts)],
    ['lib/errors/error-catalogue.gen.ts', errorCatalogue(contracts)],
    ['schema/gen/errors.graphql', errorsSdl],
  ]);
  const documents = [];
  for (const subgraph of subgraphs) {
    const own = await subgraphFiles(subgraph, contracts);
    for (const [path, content] of own) files.set(path, content);
    const results = own.get(`schema/gen/${subgraph.name}-results.graphql`) ?? '';
    const sdl = [subgraph.commonSdl, subgraph.ownSdl, errorsSdl, results].join('\n');
    documents.push({
      name: `${subgraph.name}-subgraph`,
      document: parseSdl(`schema/${subgraph.name}.graphql`, sdl),
    });
  }
  const supergraphSdl = supergraph(documents);
  files.set('schema/supergraph.graphql', supergraphSdl);
  files.set('schema/gen/trusted-documents.json', await trustedDocuments(rootDir, supergraphSdl));
  const mutations = subgraphs.flatMap((subgraph) => mutationsOf(subgraph, contracts));
  files.set('docs/errors.md', errorDocs(contracts, mutations));
  files.set('docs/configuration.md', configDocs(await readConfiguration(rootDir)));
  return files;
}

async function subgraphFiles(subgraph: SubgraphSource, contracts: Contracts): Promise<Map<string, string>> {
  const { name, commonSdl, ownSdl } = subgraph;
  const subgraphMappers = mappers[name];
  if (!subgraphMappers) {
    throw new ContractError([
      `schema/${name}.graphql has no entry in scripts/generate/mappers.ts. Add \`${name}\` with its context.`,
    ]);
  }
  const mutations = mutationsOf(subgraph, contracts);
  const document = parseSdl(`schema/${name}.graphql`, `${commonSdl}\n${ownSdl}`);
  return new Map([
    [`schema/gen/${name}-results.graphql`, resultUnions(mutations, contracts)],
    [`subgraphs/${name}/mutation-codes.gen.ts`, mutationCodes(mutations)],
    [`subgraphs/${name}/resolvers.gen.ts`, await resolverTypes(document, mutations, subgraphMappers)],
  ]);
}

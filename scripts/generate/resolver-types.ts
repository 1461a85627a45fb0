import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { buildASTSchema, type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import { ContractError } from './contracts.ts';
import { headerOf } from './header.ts';
import type { SubgraphMappers } from './mappers.ts';
import type { MutationEntry } from './mutations.ts';
import { strictResolvers } from './strict-resolvers.ts';

/** Just enough of federation for a plain schema: the directives that the SDL uses. */
const FEDERATION_DIRECTIVES = `
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
`;

/**
 * subgraphs/<name>/resolvers.gen.ts: the resolvers of a subgraph, typed from its SDL and the proto messages. Error
 * types are left out on purpose: a mutation's resolver returns its success and throws AppError; lib/subgraph makes
 * the error a member of the union.
 */
export async function resolverTypes(
  subgraphSdl: DocumentNode,
  mutations: readonly MutationEntry[],
  mappers: SubgraphMappers,
): Promise<string> {
  const document = plainDocument(subgraphSdl, mutations);
  const schema = buildASTSchema(document);
  assertMapped(schema, mappers);
  const shared = sharedConfig(mappers);
  const body = await codegen({
    filename: 'resolvers.gen.ts',
    schema: document,
    schemaAst: schema,
    documents: [],
    config: {},
    plugins: [
      { typescript: { ...shared, immutableTypes: true } },
      { typescriptResolvers: { ...shared, ...resolversConfig(mappers) } },
    ],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `${headerOf('the SDL of the subgraph and scripts/generate/mappers.ts')}
${exportTypesAsTypes(body, mappers).trim()}

${strictResolvers(schema, mappers)}`;
}

function sharedConfig(mappers: SubgraphMappers) {
  return {
    useTypeImports: true,
    skipTypename: true,
    strictScalars: true,
    enumsAsTypes: true,
    enumValues: mappers.enums,
    scalars: { ID: 'string', Cents: 'number', DateTime: 'Date' },
    // Proto messages leave an absent field undefined; GraphQL answers null for both.
    maybeValue: 'T | null | undefined',
  };
}

function resolversConfig(mappers: SubgraphMappers) {
  return {
    contextType: mappers.context,
    mappers: mappers.types,
    makeResolverTypeCallable: true,
    avoidOptionals: { resolvers: true },
  };
}

/** The document without `extend schema @link(…)`, with what the link imports, and with unions of successes only. */
function plainDocument(sdl: DocumentNode, mutations: readonly MutationEntry[]): DocumentNode {
  const own = sdl.definitions.filter((definition) => definition.kind !== Kind.SCHEMA_EXTENSION);
  const unions = mutations.map(({ name }) => `union ${name}Result = ${name}Success`).join('\n');
  return { ...sdl, definitions: [...parse(`${FEDERATION_DIRECTIVES}\n${unions}`).definitions, ...own] };
}

/** A mapper for a type that is not there would be ignored in silence. */
function assertMapped(schema: GraphQLSchema, mappers: SubgraphMappers): void {
  const mapped = [...Object.keys(mappers.types), ...Object.keys(mappers.enums)];
  const unknown = mapped.filter((name) => !schema.getType(name));
  if (unknown.length === 0) return;
  throw new ContractError(
    unknown.map((name) => `scripts/generate/mappers.ts maps ${name}, which the SDL does not have. Remove it there.`),
  );
}

/** The plugin writes `export { Role };` for an enum of the proto, which verbatimModuleSyntax refuses for a type. */
function exportTypesAsTypes(body: string, mappers: SubgraphMappers): string {
  return Object.keys(mappers.enums).reduce(
    (text, name) => text.replace(`export { ${name} };`, `export type { ${name} };`),
    body,
  );
}

import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { ContractError } from './contracts.ts';
import { headerOf } from './header.ts';
import type { SubgraphMappers } from './mappers.ts';
import type { MutationEntry } from './mutations.ts';
import { enumResolvers, strictResolvers } from './strict-resolvers.ts';

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
  const schema = buildASTSchema(document, { assumeValidSDL: true });
  assertMapped(schema, mappers);
  const shared = sharedConfig(mappers);
  const body = await codegen({
    filename: 'resolvers.gen.ts',
    schema: document,
    schemaAst: schema,
    documents: [],
    config: {},
    plugins: [
      // A resolver sees the default where the client left an input out.
      { typescript: { ...shared, immutableTypes: true, avoidOptionals: { defaultValue: true } } },
      { typescriptResolvers: { ...shared, ...resolversConfig(mappers) } },
    ],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `${headerOf('the SDL of the subgraph and scripts/generate/mappers.ts')}
${enumImports(mappers)}${exportTypesAsTypes(body, mappers).trim()}

${enumResolvers(schema, mappers)}${strictResolvers(schema, mappers)}`;
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
    // All resolvers are demanded here; the strict type then lets go of those that graphql answers by itself.
    avoidOptionals: { resolvers: true, query: true, mutation: true },
  };
}

/**
 * A document without federation's link and without directive definitions, and with unions of successes only. Nobody
 * resolves a subscription: the gateway answers it by the query of the same name.
 */
function plainDocument(sdl: DocumentNode, mutations: readonly MutationEntry[]): DocumentNode {
  const own = sdl.definitions
    .filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION && kind !== Kind.DIRECTIVE_DEFINITION)
    .filter((node) => node.kind !== Kind.OBJECT_TYPE_DEFINITION || node.name.value !== 'Subscription')
    .map((node, _index, all) => (node.kind === Kind.UNION_TYPE_DEFINITION ? withoutErrors(node, all) : node));
  const unions = mutations.map(({ name, success }) => `union ${name}Result = ${success}`).join('\n');
  return { ...sdl, definitions: [...own, ...parse(unions).definitions] };
}

/** Types that are not defined beside the union are the generated ones of errors. */
function withoutErrors(union: UnionTypeDefinitionNode, all: readonly DefinitionNode[]): DefinitionNode {
  const own = new Set(
    all.flatMap((node) => (node.kind === Kind.OBJECT_TYPE_DEFINITION ? [node.name.value] : [])),
  );
  return { ...union, types: union.types?.filter(({ name }) => own.has(name.value)) ?? [] };
}

/** A mapper for a type that is not there would be ignored in silence. */
function assertMapped(schema: GraphQLSchema, mappers: SubgraphMappers): void {
  const mapped = [...Object.keys(mappers.types), ...Object.keys(mappers.enums)];
  const unknown = mapped.filter((name) => !schema.getType(name));
  if (unknown.length === 0) return;
  throw new ContractError(
    unknown.map(
      (name) => `scripts/generate/mappers.ts maps ${name}, which the SDL does not have. Remove it there.`,
    ),
  );
}

function enumImports(mappers: SubgraphMappers): string {
  return Object.entries(mappers.enums)
    .map(([type, mapper]) => {
      const [module, name] = mapper.split('#');
      return `import { ${name} as ${type}Values } from '${module}';\n`;
    })
    .join('');
}

/** The plugin writes `export { Role };` for an enum of the proto, which verbatimModuleSyntax refuses for a type. */
function exportTypesAsTypes(body: string, mappers: SubgraphMappers): string {
  return Object.keys(mappers.enums).reduce(
    (text, name) => text.replace(`export { ${name} };`, `export type { ${name} };`),
    body,
  );
}

import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, Kind, validate } from 'graphql';
import { ContractError } from './contracts.ts';
import { parseSdl } from './subgraphs.ts';

/**
 * schema/gen/trusted-documents.json: the operations of schema/operations by the SHA-256 of their texts, in the order of
 * their files.
 * @throws ContractError where one does not fit the schema, or has not one operation with a name.
 */
export async function trustedDocuments(rootDir: string, supergraphSdl: string): Promise<string> {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const folder = join(rootDir, 'schema/operations');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  const documents: Record<string, string> = {};
  const problems: string[] = [];
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    problems.push(...problemsOf(`schema/operations/${file}`, text, schema));
    documents[hash('sha256', text)] = text;
  }
  if (problems.length > 0) throw new ContractError(problems);
  return `${JSON.stringify(documents, undefined, 2)}\n`;
}

function problemsOf(path: string, text: string, schema: GraphQLSchema): string[] {
  const document = parseSdl(path, text);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1 || !operations[0]?.name)
    return [`${path} must have one operation, with a name.`];
  return validate(schema, document).map(({ message }) => `${path}: ${message}`);
}

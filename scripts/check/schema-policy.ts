import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSdl, readSubgraphs } from '../generate/subgraphs.ts';
import { type SchemaDocument, schemaModel } from './schema-model.ts';
import * as rules from './schema-rules.ts';

export type SchemaRuleName = keyof typeof rules;

export interface SchemaViolation {
  readonly rule: SchemaRuleName;
  readonly sentence: string;
}

/** What in the SDL of the subgraphs breaks the policy; a type of several subgraphs is named once. */
export function findSchemaViolations(documents: readonly SchemaDocument[]): SchemaViolation[] {
  const model = schemaModel(documents);
  return Object.entries(rules).flatMap(([rule, find]) =>
    [...new Set(find(model))].map((sentence) => ({ rule: rule as SchemaRuleName, sentence })),
  );
}

/** The SDL of each subgraph, hand-written and generated. */
export async function readSchemaDocuments(rootDir: string): Promise<SchemaDocument[]> {
  const generated = (file: string) => readFile(join(rootDir, 'schema', 'gen', file), 'utf8');
  const subgraphs = await readSubgraphs(rootDir);
  const errors = await generated('errors.graphql');
  return Promise.all(
    subgraphs.map(async ({ name, commonSdl, ownSdl }) => {
      const results = await generated(`${name}-results.graphql`);
      const sdl = [commonSdl, ownSdl, errors, results].join('\n');
      return { subgraph: name, document: parseSdl(`schema/${name}.graphql`, sdl) };
    }),
  );
}

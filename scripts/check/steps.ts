import { checkImportRules } from '../../tests/architecture/import-rules.ts';
import { ContractError } from '../generate/contracts.ts';
import { findDrift } from '../generate/drift.ts';
import { generateFiles } from '../generate/generate-files.ts';
import { findBreakingChanges } from '../generate/released-image.ts';
import { runTool } from '../generate/run-tool.ts';
import { supergraph } from '../generate/supergraph.ts';
import { findSchemaViolations, readSchemaDocuments } from './schema-policy.ts';
import { findMissingTables } from './test-tables.ts';

/** One thing that `npm run check` looks at. Answers what is wrong, a line each; nothing means that it is fine. */
export interface CheckStep {
  readonly name: string;
  readonly find: (rootDir: string) => Promise<readonly string[]>;
}

const BIOME_ARGS = ['check', '--error-on-warnings', '--diagnostic-level=warn', '.'];

export const checkSteps = {
  types: {
    name: 'types (tsc)',
    find: (rootDir) => tool(rootDir, 'tsc', ['-p', 'tsconfig.json', '--noEmit']),
  },
  style: {
    name: 'style (biome)',
    find: (rootDir) => tool(rootDir, 'biome', BIOME_ARGS),
  },
  proto: { name: 'proto files (buf lint)', find: (rootDir) => tool(rootDir, 'buf', ['lint']) },
  breaking: { name: 'nothing released is broken (buf breaking)', find: breaking },
  generated: { name: 'generated files unchanged', find: drift },
  composition: { name: 'subgraphs compose', find: composition },
  policy: { name: 'schema policy', find: policy },
  imports: { name: 'import rules', find: imports },
  tables: { name: 'a test for every error code', find: findMissingTables },
} as const satisfies Record<string, CheckStep>;

async function tool(rootDir: string, name: string, args: readonly string[]): Promise<string[]> {
  const { ok, output } = await runTool(rootDir, name, args);
  return ok ? [] : output.trim().split('\n');
}

async function breaking(rootDir: string): Promise<string[]> {
  const { ok, output } = await findBreakingChanges(rootDir);
  return ok ? [] : output.trim().split('\n');
}

async function drift(rootDir: string): Promise<string[]> {
  const found = await orProblems(async () => findDrift(rootDir, await generateFiles(rootDir)));
  const lines = found.map((entry) => (typeof entry === 'string' ? entry : `${entry.path} is ${entry.state}`));
  return lines.length > 0 ? [...lines, 'Run: npm run generate'] : [];
}

async function composition(rootDir: string): Promise<readonly string[]> {
  return orProblems(async () => {
    const documents = await readSchemaDocuments(rootDir);
    supergraph(documents.map(({ subgraph, document }) => ({ name: `${subgraph}-subgraph`, document })));
    return [] as string[];
  });
}

async function policy(rootDir: string): Promise<string[]> {
  const violations = findSchemaViolations(await readSchemaDocuments(rootDir));
  return violations.map(({ rule, sentence }) => `${sentence} (${rule})`);
}

async function imports(rootDir: string): Promise<string[]> {
  return checkImportRules(rootDir).map(({ file, line, sentence }) => `${file}:${line} ${sentence}`);
}

/** Mistakes in the contracts are findings, anything else is a defect. */
async function orProblems<T>(find: () => Promise<readonly T[]>): Promise<readonly (T | string)[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ContractError) return error.problems;
    throw error;
  }
}

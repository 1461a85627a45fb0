import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readContracts } from '../generate/descriptors.ts';
import { readSubgraphs } from '../generate/subgraphs.ts';

/** A test file that `npm test` runs, without its comments. */
interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** Service → the test file with its table of error cases. Both the demand and the run must stand in it. */
export async function findErrorTables(rootDir: string): Promise<Map<string, string>> {
  const tables = new Map<string, string>();
  for (const { path, text } of await readTestFiles(rootDir)) {
    for (const [, service] of text.matchAll(/satisfies\s+RpcErrorCases<\s*['"]([\w.]+)['"]/g)) {
      const runs = new RegExp(`testRpcErrorCases\\(\\s*['"]${service}['"]`);
      if (service && runs.test(text)) tables.set(service, path);
    }
  }
  return tables;
}

/**
 * The table of a service is what makes tsc demand a test for each (rpc, code); a service without a table would
 * escape. The same for the mutations of a subgraph, whose test loops over `mutationCodes`.
 */
export async function findMissingTables(rootDir: string): Promise<string[]> {
  const [contracts, subgraphs, tables, tests] = await Promise.all([
    readContracts(rootDir),
    readSubgraphs(rootDir),
    findErrorTables(rootDir),
    readTestFiles(rootDir),
  ]);
  const services = new Set(contracts.rpcs.filter((rpc) => rpc.codes.length > 0).map((rpc) => rpc.service));
  const missing = [...services]
    .filter((service) => !tables.has(service))
    .map(
      (service) =>
        `${service} has no test with \`satisfies RpcErrorCases<'${service}'>\` that calls testRpcErrorCases('${service}', …).`,
    );
  const unlooped = subgraphs
    .filter(({ name }) => {
      const own = tests.filter(({ path }) => path.startsWith(`subgraphs/${name}/`));
      return !own.some(({ text }) => text.includes('mutation-codes.gen.ts'));
    })
    .map(
      ({ name }) =>
        `subgraphs/${name} has no test that loops over the mutationCodes of mutation-codes.gen.ts.`,
    );
  return [...missing, ...unlooped];
}

async function readTestFiles(rootDir: string): Promise<TestFile[]> {
  const exclude = (path: string) => /(^|\/)(node_modules|\.data|\.git)$/.test(path);
  const paths = globSync('**/*.test.ts', { cwd: rootDir, exclude }).filter(
    (path) => !path.endsWith('.real.test.ts'),
  );
  return Promise.all(
    paths.sort().map(async (path) => ({
      path,
      text: withoutComments(await readFile(join(rootDir, path), 'utf8')),
    })),
  );
}

/** A table in a comment proves nothing. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { findCycles } from './find-cycles.ts';
import { type Layer, layers, packageHomes } from './import-table.ts';
import { type Import, readImports } from './read-imports.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly sentence: string;
}

/** A source tree: texts by path from the root, and the folder of each workspace package by its name. */
export interface SourceTree {
  readonly sources: ReadonlyMap<string, string>;
  readonly packages: ReadonlyMap<string, string>;
}

/** Checks every .ts file below `rootDir` against import-table.ts. */
export function checkImportRules(rootDir: string): Violation[] {
  const exclude = (path: string) => /(^|\/)(node_modules|\.data|\.git)$/.test(path);
  const read = (path: string) => readFileSync(join(rootDir, path), 'utf8');
  const find = (pattern: string) =>
    globSync(pattern, { cwd: rootDir, exclude }).map((path) => path.replaceAll('\\', '/'));
  const manifests = find('**/package.json').map(
    (path) => [JSON.parse(read(path)).name, posix.dirname(path)] as const,
  );
  return findViolations({
    sources: new Map(
      find('**/*.ts')
        .sort()
        .map((path) => [path, read(path)]),
    ),
    packages: new Map(manifests),
  });
}

export function findViolations(tree: SourceTree): Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, source] of tree.sources) {
    const targets: string[] = [];
    for (const found of readImports(source)) {
      const target = resolve(file, found.specifier, tree.packages);
      if (target !== undefined) targets.push(target);
      const sentence = judge(file, found, target, tree.packages);
      if (sentence) violations.push({ file, line: found.line, sentence });
    }
    graph.set(file, targets);
  }
  for (const cycle of findCycles(graph)) {
    violations.push({
      file: cycle[0] ?? '',
      line: 1,
      sentence: `Files import each other in a circle: ${cycle.join(' → ')}.`,
    });
  }
  return violations;
}

/** The path of a file of this repository, or undefined for another package. */
function resolve(file: string, specifier: string, packages: ReadonlyMap<string, string>): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  const [scope = '', name = '', ...rest] = specifier.split('/');
  const folder = packages.get(`${scope}/${name}`);
  return folder === undefined ? undefined : `${posix.join(folder, ...rest)}.ts`;
}

/** What is wrong with one import, or undefined. */
function judge(
  file: string,
  { specifier }: Import,
  target: string | undefined,
  packages: ReadonlyMap<string, string>,
): string | undefined {
  const layer = layerOf(file);
  if (!layer) return `${file} belongs to no layer of import-table.ts: move it, or add its folder there.`;
  if (target === undefined) return judgePackage(file, layer, specifier);
  if (layer.mayImport === 'anything') return undefined;
  if (specifier.startsWith('.') && packageOf(file, packages) !== packageOf(target, packages)) {
    return `${specifier} leaves the package: import it by its package's name.`;
  }
  const targetLayer = layerOf(target);
  if (!targetLayer) return `${specifier} belongs to no layer of import-table.ts.`;
  const isOwn = componentOf(file) === componentOf(target);
  const allowed = layer.mayImport.some((permission) =>
    'any' in permission ? permission.any === targetLayer.name : isOwn && permission.own === targetLayer.name,
  );
  if (allowed) return undefined;
  const whose = isOwn ? 'its own component' : componentOf(target);
  return `${layer.name} may not import ${targetLayer.name} of ${whose} (${specifier}).`;
}

function judgePackage(file: string, layer: Layer, specifier: string): string | undefined {
  if (layer.mayImport === 'anything') return undefined;
  const home = packageHomes.find(({ packages }) => packages.test(specifier));
  if (!home || home.homes.test(file)) return undefined;
  return `${specifier} may be imported only by ${home.where}.`;
}

const layerOf = (file: string): Layer | undefined => layers.find(({ files }) => files.test(file));

/** `grpc-services/shop`, `subgraphs/user`, or the top folder. */
function componentOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'grpc-services' || top === 'subgraphs' ? `${top}/${second}` : top;
}

/** The longest package folder that holds the file; the root package's is `.`. */
function packageOf(file: string, packages: ReadonlyMap<string, string>): string {
  const folders = [...packages.values()].filter((folder) => file.startsWith(`${folder}/`));
  return folders.sort((a, b) => b.length - a.length)[0] ?? '.';
}

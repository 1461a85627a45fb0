import { glob } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigSchema } from '@tiffin/lib/config/config';
import { componentVariables, processVariables } from '@tiffin/lib/topology/process-config';
import type { Topology } from '@tiffin/lib/topology/topology';

/** Every variable that the platform reads. */
export interface Configuration {
  readonly topology: Topology;
  /** What each process reads, whatever runs in it. */
  readonly process: ConfigSchema;
  /** By component: where it listens and is found, and what it alone reads. In the order of tiffin.ts. */
  readonly components: ReadonlyMap<string, ConfigSchema>;
}

/** Reads the topology and the `*-config.ts` at the top of each component's folder. */
export async function readConfiguration(rootDir: string): Promise<Configuration> {
  const topology = await readTopology(rootDir);
  const components = new Map<string, ConfigSchema>();
  for (const [name, component] of Object.entries(topology)) {
    const own = await readOwnVariables(rootDir, folderOf(name, component.kind));
    components.set(name, { ...componentVariables({ [name]: component }), ...own });
  }
  return { topology, process: processVariables, components };
}

const NO_COMPONENT =
  'data:text/javascript,export const start = () => {}; export const variables = {}; export const runProcess = () => {};';

/**
 * tiffin.ts imports every component, and those import generated code, which may be stale or missing while it is being
 * generated. So the topology is loaded with its imports replaced; the query keeps it apart from the real one.
 */
async function readTopology(rootDir: string): Promise<Topology> {
  const url = `${pathToFileURL(join(rootDir, 'tiffin.ts'))}?topology`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      context.parentURL === url
        ? { url: NO_COMPONENT, format: 'module', shortCircuit: true }
        : next(specifier, context),
  });
  try {
    return ((await import(url)) as { topology: Topology }).topology;
  } finally {
    hooks.deregister();
  }
}

function folderOf(name: string, kind: Topology[string]['kind']): string {
  switch (kind) {
    case 'gateway':
      return 'gateway';
    case 'subgraph':
      return `subgraphs/${name.replace(/-subgraph$/, '')}`;
    case 'service':
      return `grpc-services/${name}`;
  }
}

async function readOwnVariables(rootDir: string, folder: string): Promise<ConfigSchema> {
  const own: Record<string, ConfigSchema[string]> = {};
  const files = await Array.fromAsync(glob('*-config.ts', { cwd: join(rootDir, folder) }));
  for (const file of files.sort()) {
    const exported: unknown[] = Object.values(await import(`${pathToFileURL(join(rootDir, folder, file))}`));
    Object.assign(own, ...exported.filter(isConfigSchema));
  }
  return own;
}

function isConfigSchema(value: unknown): value is ConfigSchema {
  const variables = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return (
    variables.length > 0 && variables.every((variable) => variable?.parser && 'expected' in Object(variable))
  );
}

import { glob } from 'node:fs/promises';
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

/** Loads no component: those import generated code, which may be stale or missing while it is being generated. */
async function readTopology(rootDir: string): Promise<Topology> {
  const tiffin = (await import(`${pathToFileURL(join(rootDir, 'tiffin.ts'))}`)) as { topology: Topology };
  return tiffin.topology;
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

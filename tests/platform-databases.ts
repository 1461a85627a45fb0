import type { Database } from '@tiffin/lib/engines/database';
import type { StartService } from '@tiffin/lib/service/service';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';

/** The topology, and the databases that its services open when it is started: the embedded ones are of one process only. */
export function withDatabases(): { parts: Topology; databases: Map<string, Database> } {
  const databases = new Map<string, Database>();
  const noting =
    (start: StartService): StartService =>
    (platform) =>
      start({
        ...platform,
        async openDatabase(options) {
          const database = await platform.openDatabase(options);
          databases.set(database.schema, database);
          return database;
        },
      });
  const parts = Object.entries(topology).map(([name, component]) => [
    name,
    component.kind === 'service' ? { ...component, start: noting(component.start) } : component,
  ]);
  return { parts: Object.fromEntries(parts), databases };
}

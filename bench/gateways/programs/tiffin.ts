import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { startProcess } from '@tiffin/lib/topology/run-process';
import { rolesOf, select } from '@tiffin/lib/topology/selection';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../../../tiffin.ts';
import { CallCounts } from './call-counts.ts';
import { reportReady } from './child.ts';

// A process of Tiffin with the components that its arguments name, as `npm start -- --run` has it. Subgraphs that run
// without the gateway count what they are asked.

const names = process.argv.slice(2);
const counts = new CallCounts();
const parts = names.includes('gateway') ? topology : counting(topology);
const { addresses } = await startProcess(parts, select(rolesOf(parts), names), process.env, { write() {} });
reportReady(Object.fromEntries(addresses), () => counts.all);

function counting(whole: Topology): Topology {
  return Object.fromEntries(
    Object.entries(whole).map(([name, component]) => {
      if (component.kind !== 'subgraph') return [name, component];
      const start: typeof component.start = async (platform) => counted(await component.start(platform));
      return [name, { ...component, start }];
    }),
  );
}

function counted(subgraph: Subgraph): Subgraph {
  return {
    ...subgraph,
    execute(request, call, scope) {
      counts.add(subgraph.name);
      return subgraph.execute(request, call, scope);
    },
  };
}

import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { Data } from '@tiffin/gateway/executor/data';
import { compileRewrites } from '@tiffin/gateway/executor/data-rewrites';
import { mergeData } from '@tiffin/gateway/executor/merge-data';
import { compileRepresentations, type Representations } from '@tiffin/gateway/executor/representations';
import { entitiesAt, type PlanPath } from '@tiffin/gateway/executor/response-path';
import type { TypeRelations } from '@tiffin/gateway/executor/type-relations';

export interface FetchTarget {
  readonly entities: readonly Data[];
  readonly representations: Representations | undefined;
}

/** What the compiled executor does before and after a fetch, without the fetch. */
export interface FetchReplay {
  readonly subgraph: string;
  readonly query: string;
  represent(data: Data): FetchTarget;
  merge(target: FetchTarget, brought: Data): void;
}

/** The fetches of a plan in the order in which they may run. @throws where the plan has conditions. */
export function fetchReplays({ node }: QueryPlan, types: TypeRelations): FetchReplay[] {
  return node && node.kind !== 'Subscription' ? replaysOf(node, [], types) : [];
}

function replaysOf(node: PlanNode, path: PlanPath, types: TypeRelations): FetchReplay[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((child) => replaysOf(child, path, types));
    case 'Flatten':
      return replaysOf(node.node, [...path, ...node.path.map(String)], types);
    case 'Fetch':
      return [fetchReplay(node, path, types)];
    default:
      throw new Error(`A bench of plans with ${node.kind} nodes is not written.`);
  }
}

function fetchReplay(node: FetchNode, path: PlanPath, types: TypeRelations): FetchReplay {
  const represent =
    node.requires && compileRepresentations(node.requires, compileRewrites(node.inputRewrites, types), types);
  if (node.outputRewrites?.length) throw new Error('A bench of plans with output rewrites is not written.');
  return {
    subgraph: node.serviceName,
    query: node.operation,
    represent(data) {
      const entities = path.length === 0 ? [data] : entitiesAt(path, data);
      return { entities, representations: represent?.(entities) };
    },
    merge({ entities, representations }, brought) {
      if (!representations) {
        for (const entity of entities) mergeData(entity, brought, types);
        return;
      }
      const received = brought['_entities'] as readonly Data[];
      for (const [index, entity] of entities.entries()) {
        const fields = received[representations.indexes[index] ?? -1];
        if (fields) mergeData(entity, fields, types);
      }
    },
  };
}

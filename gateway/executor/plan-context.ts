import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Operation } from '../executor.ts';
import type { TypeRelations } from './type-relations.ts';

/** What the nodes of a plan are compiled with. */
export interface PlanContext {
  readonly operation: Operation;
  readonly subgraphOf: (name: string) => Subgraph;
  /** Of the whole supergraph: what subgraphs are asked for may be hidden from clients. */
  readonly types: TypeRelations;
}

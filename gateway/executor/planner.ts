import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { type Operation, PassingRefusal } from '../executor.ts';

/** Finds out which subgraphs to ask for what, and in which order. */
export interface Planner {
  /** @throws GraphQLError with the code MALFORMED_REQUEST where the operation cannot be planned within bounds. */
  plan(operation: Operation): Promise<QueryPlan>;
  stop(): Promise<void>;
}

/** What bounds the planner's search, besides Apollo's own limits for recursive and non-local selections. */
export interface PlannerLimits {
  /** Plans compared at most; beyond, options are dropped: the plan stays correct, but may not be the best. */
  readonly maxEvaluatedPlans?: number;
  /** Ways through the subgraphs kept for one path of fields; an operation with more is refused. */
  readonly maxPathOptions?: number;
}

/** An operation that is not planned, through its own doing; `reason` is a sentence for the client. */
export const planningRefused = (reason: string): GraphQLError =>
  new GraphQLError(`${reason} Ask for less at once, or split it.`, {
    extensions: { code: 'MALFORMED_REQUEST' },
  });

/** The same where it took more than it may, which a busy machine can make of any operation. */
export const planningTooCostly = (reason: string): GraphQLError =>
  new PassingRefusal(`${reason} Ask for less at once, or split it.`, {
    extensions: { code: 'MALFORMED_REQUEST' },
  });

/** An operation that asks for what is in the schema but in no subgraph's power; composition lets some such fields pass. */
export const unanswerable = (): GraphQLError =>
  new GraphQLError('No subgraph can answer this operation.', { extensions: { code: 'MALFORMED_REQUEST' } });

import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  separateOperations,
  visit,
} from 'graphql';
import { type Operation, PassingRefusal } from '../executor.ts';
import { resolvableKeysFirst } from './resolvable-keys-first.ts';

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

/** Apollo's own, so that plans are equal: comparing so many took up to a quarter of a second. */
export const defaultMaxEvaluatedPlans = 10_000;
/** Comparing 2,000 options with each other took a second, 4,000 more than three. Apollo has no limit. */
export const defaultMaxPathOptions = 4_000;

/**
 * Apollo's planner, in this thread: it blocks it for seconds or fills its memory where an operation is mean, so that
 * operations of strangers go to `createPlannerProcess`.
 */
export function createPlanner(supergraphSdl: string, limits: PlannerLimits = {}): Planner {
  const { maxEvaluatedPlans = defaultMaxEvaluatedPlans, maxPathOptions = defaultMaxPathOptions } = limits;
  const document = resolvableKeysFirst(parse(supergraphSdl, { noLocation: true }));
  // Whoever composed or loaded the supergraph has validated it.
  const supergraph = Supergraph.build(document, { validateSupergraph: false });
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans, pathsLimit: maxPathOptions } });
  const schema = supergraph.apiSchema();
  return {
    async plan({ document, node }) {
      try {
        return planner.buildQueryPlan(operationFromDocument(schema, plannable(document, node, schema)));
      } catch (error) {
        throw refusal(error) ?? error;
      }
    },
    async stop() {},
  };
}

/**
 * The operation with the fragments it uses: those of its neighbours may use variables that it does not have. Directives
 * that the planner does not know are the client's business with the gateway.
 */
function plannable(document: DocumentNode, operation: OperationDefinitionNode, schema: Schema): DocumentNode {
  const definitions = document.definitions.filter(
    (node) => node === operation || node.kind === Kind.FRAGMENT_DEFINITION,
  );
  const own = separateOperations({ ...document, definitions })[operation.name?.value ?? ''] ?? document;
  return visit(own, {
    Directive: ({ name }) => (schema.directive(name.value) ? undefined : null),
  });
}

/** What to tell the client for each of the planner's limits: plain errors, told apart by nothing but their text. */
const limitSentences: readonly (readonly [RegExp, string])[] = [
  [/^Exceeded maximum recursive selections/, 'Its fragments expand to too many fields.'],
  [/^Number of non-local selections exceeds/, 'Too many of its fields are spread over several subgraphs.'],
  [/^Too many options generated for/, 'There are too many ways through the subgraphs to its fields.'],
];

function refusal(error: unknown): GraphQLError | undefined {
  const message = error instanceof Error ? error.message : '';
  const sentence = limitSentences.find(([pattern]) => pattern.test(message))?.[1];
  if (sentence) return planningRefused(`This operation is too complex to plan. ${sentence}`);
  if (/^Was not able to find any options for/.test(message)) return unanswerable();
  // The end of the stack, or more combinations than an array, map or string can hold.
  return error instanceof RangeError ? planningRefused('This operation is too complex to plan.') : undefined;
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

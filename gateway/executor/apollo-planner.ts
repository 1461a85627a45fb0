import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  printSchema,
  separateOperations,
  visit,
} from 'graphql';
import { type Planner, type PlannerLimits, planningRefused, unanswerable } from './planner.ts';
import { resolvableKeysFirst } from './resolvable-keys-first.ts';

/** Apollo's own, so that plans are equal: comparing so many took up to a quarter of a second. */
export const defaultMaxEvaluatedPlans = 10_000;
/** Comparing 2,000 options with each other took a second, 4,000 more than three. Apollo has no limit. */
export const defaultMaxPathOptions = 4_000;

export interface ApolloPlanner extends Planner {
  /** What clients see of the supergraph, as SDL. @throws where that is no schema. */
  apiSchemaSdl(): string;
}

export interface ApolloPlannerOptions extends PlannerLimits {
  /** Whether the supergraph is validated. Default false: whoever composed or loaded it has done it. */
  readonly validate?: boolean;
}

/**
 * Apollo's planner, in this thread: it blocks it for seconds or fills its memory where an operation is mean, so that
 * operations of strangers go to `createPlannerProcess`.
 * @throws where Apollo does not take the supergraph.
 */
export function createApolloPlanner(
  supergraphSdl: string,
  {
    validate = false,
    maxEvaluatedPlans = defaultMaxEvaluatedPlans,
    maxPathOptions = defaultMaxPathOptions,
  }: ApolloPlannerOptions = {},
): ApolloPlanner {
  const document = resolvableKeysFirst(parse(supergraphSdl, { noLocation: true }));
  const supergraph = Supergraph.build(document, { validateSupergraph: validate });
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
    apiSchemaSdl: () => printSchema(schema.toGraphQLJSSchema()),
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

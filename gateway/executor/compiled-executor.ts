import type { Clock } from '@tiffin/lib/clock/clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import {
  buildASTSchema,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { answerInTime } from '../answer-in-time.ts';
import type { Executor, Operation, PreparedOperation } from '../executor.ts';
import { compilePlan } from './compile-plan.ts';
import type { Data } from './data.ts';
import { compileFlags } from './flags.ts';
import { type Planner, unanswerable } from './planner.ts';
import { ResponseShaper } from './response-shaper.ts';
import { Run, type Step } from './run.ts';
import { TypeRelations } from './type-relations.ts';

export interface CompiledExecutorOptions {
  /** What clients see of the supergraph. */
  readonly schema: GraphQLSchema;
  readonly supergraph: DocumentNode;
  readonly planner: Planner;
  /** The subgraph that the supergraph calls by a name. */
  readonly subgraphOf: (name: string) => Subgraph;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/**
 * Runs operations by compiling Apollo's plans once: fetches become closures, the response a generated function. Our own
 * because Apollo's executor interprets the plan and walks every response twice; docs/executor.md has the measurements.
 */
export function createCompiledExecutor(options: CompiledExecutorOptions): Executor {
  const { schema, planner, subgraphOf, clock, metrics } = options;
  const supergraphTypes = new TypeRelations(buildASTSchema(options.supergraph, { assumeValid: true }));
  const types = new TypeRelations(schema);
  const surprises = metrics.counter({
    name: 'tiffin_gateway_surprises_total',
    help: 'Responses that the compiled shaper could not make, because the data was not as the schema promises.',
  });

  async function prepare(
    operation: Operation,
    onGrowth?: (bytes: number) => void,
  ): Promise<PreparedOperation> {
    const { node } = await planner.plan(operation);
    if (node?.kind === 'Subscription') throw new Error('Subscriptions have no plan.');
    const context = { operation, subgraphOf, types: supergraphTypes };
    const step = node && compilePlan(node, [], context);
    const shaper = new ResponseShaper({
      schema,
      types,
      operation,
      onSurprise: () => surprises.inc({}),
      onGrowth,
    });
    const flagsOf = compileFlags(operation.document, operation.node);
    return {
      bytes: bytesOf(operation, node),
      run(variables, call, scope) {
        const flags = flagsOf(variables);
        return flags instanceof GraphQLError
          ? Promise.resolve({ errors: [flags] })
          : execute(step, shaper, new Run(variables, flags, call, scope), clock);
      },
    };
  }

  return { schema, prepare, stop: () => planner.stop() };
}

async function execute(
  step: Step | undefined,
  shaper: ResponseShaper,
  run: Run,
  clock: Clock,
): Promise<ExecutionResult> {
  // The planner is silent about a field that no subgraph resolves. A null that nobody gave would be a lie.
  if (!step && shaper.asksForValues(run)) return { errors: [unanswerable()], data: null };
  const work = step?.(run);
  if (work) await answerInTime(work, run.call, clock, () => abandon(run));
  const data = shaped(shaper, run);
  return run.errors.length > 0 ? { errors: run.errors, data } : { data };
}

function shaped(shaper: ResponseShaper, run: Run): Data | null {
  try {
    return shaper.shape(run);
  } catch (thrown) {
    // Fields are collected and shaped by recursion: the end of the stack is the end of what can be answered.
    if (!(thrown instanceof RangeError)) throw thrown;
    run.addErrors([
      new GraphQLError('The operation is nested too deeply.', { extensions: { code: 'MALFORMED_REQUEST' } }),
    ]);
    return null;
  }
}

/** The call has ended: what has no answer by now has failed, the rest is answered. */
function abandon(run: Run): void {
  run.isOver = true;
  for (const work of run.open) work.abandon();
}

/** What a character of the operation's text and of its plan costs in memory, compiled; measured over many operations. */
const bytesPerCharacter = 40;

function bytesOf({ text }: Operation, plan: unknown): number {
  return bytesPerCharacter * (text.length + (plan ? JSON.stringify(plan).length : 0));
}

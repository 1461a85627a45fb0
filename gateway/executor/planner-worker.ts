// The process that plans: `createPlannerProcess` starts it, tells it the supergraph once, then one operation at a time.
import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, Kind, parse } from 'graphql';
import { createApolloPlanner } from './apollo-planner.ts';
import type { Planner, PlannerLimits } from './planner.ts';

export interface PlannerSettings {
  readonly supergraphSdl: string;
  readonly limits: PlannerLimits;
  /** Of the first planner of a supergraph: it checks it, and answers what clients see of it. */
  readonly isFirst: boolean;
}

/** The text travels, not its syntax tree: parsing it again is cheaper than copying the tree, and not our caller's time. */
export interface PlanRequest {
  readonly text: string;
  readonly operationName: string | undefined;
}

export type PlannerAnswer =
  | { readonly kind: 'ready'; readonly apiSchemaSdl: string | undefined }
  | { readonly kind: 'plan'; readonly plan: QueryPlan }
  | { readonly kind: 'refused'; readonly message: string; readonly code: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

const orphanCheckMs = 500;

// Ctrl+C and some service managers tell a whole group of processes; this one ends when its owner says so, or is gone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Without its owner it has nothing to wait for, and ends; but while it plans it does not hear that the owner is gone.
new Worker(
  `const owner = ${process.ppid};
  setInterval(() => process.ppid === owner || process.kill(process.pid, 'SIGKILL'), ${orphanCheckMs});`,
  { eval: true },
).unref();

process.once('message', async ({ supergraphSdl, limits, isFirst }: PlannerSettings) => {
  try {
    const planner = createApolloPlanner(supergraphSdl, { ...limits, validate: isFirst });
    const apiSchemaSdl = isFirst ? planner.apiSchemaSdl() : undefined;
    process.on('message', async (request: PlanRequest) => answer(await plan(planner, request)));
    answer({ kind: 'ready', apiSchemaSdl });
  } catch (error) {
    answer({ kind: 'failed', error });
  }
});

async function plan(planner: Planner, { text, operationName }: PlanRequest): Promise<PlannerAnswer> {
  try {
    const document = parse(text);
    const node = document.definitions
      .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .find(({ name }) => operationName === undefined || name?.value === operationName);
    if (!node) throw new Error(`The document has no operation ${operationName}.`);
    return { kind: 'plan', plan: await planner.plan({ text, document, node }) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) return { kind: 'failed', error };
    return { kind: 'refused', message: error.message, code: error.extensions['code'] };
  }
}

function answer(message: PlannerAnswer): void {
  process.send?.(message);
}

import type { FetchNode } from '@apollo/query-planner';
import { errorExtensions } from '@tiffin/lib/errors/error-extensions';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import type { PreparedRequest } from '@tiffin/lib/subgraph/subgraph';
import type { ExecutionResult } from 'graphql';
import type { Variables } from '../executor.ts';
import type { Data } from './data.ts';
import { compileRewrites, renamedKeys } from './data-rewrites.ts';
import { downstreamErrorCode, type FetchPlaces, placeErrors, type SubgraphError } from './fetch-errors.ts';
import { askedLength, fetchedKeys } from './fetched-keys.ts';
import { mergeData } from './merge-data.ts';
import { ownValue, setOwnValue } from './own-value.ts';
import type { PlanContext } from './plan-context.ts';
import { compileRepresentations, type Representations } from './representations.ts';
import { entitiesAt, type PlanPath, placesAt } from './response-path.ts';
import type { Run, Step } from './run.ts';
import type { TypeRelations } from './type-relations.ts';

/** What a fetch works on in one run. */
interface Target {
  readonly entities: readonly Data[];
  /** Absent where the fetch asks for root fields. */
  readonly representations?: Representations;
}

/** Compiles a fetch to what sends it, merges its answer at `path` and places its errors. */
export function compileFetch(node: FetchNode, path: PlanPath, context: PlanContext): Step {
  const { types, subgraphOf } = context;
  const { serviceName, operation: query, operationName, requires } = node;
  const request = subgraphOf(serviceName).prepare({ query, operationName });
  const variablesOf = compileVariables(node.variableUsages ?? []);
  const represent =
    requires && compileRepresentations(requires, compileRewrites(node.inputRewrites, types), types);
  const rewriteOutput = compileRewrites(node.outputRewrites, types);
  const placesOf = compilePlaces(node, path, context);
  const isMutation = node.operationKind === 'mutation';

  function targetOf(run: Run): Target | undefined {
    const entities = path.length === 0 ? [run.data] : entitiesAt(path, run.data);
    if (!represent) return entities.length > 0 ? { entities } : undefined;
    const representations = represent(entities);
    return representations.list.length > 0 ? { entities, representations } : undefined;
  }

  function receive(run: Run, target: Target, { data, errors }: ExecutionResult): void {
    // A subgraph's mutation changes what other subgraphs read too. Fetches of mutations stand alone in a plan.
    if (isMutation) run.scope.clear();
    const { entities, representations } = target;
    const problem = representations ? problemOfEntities(data, representations) : problemOf(data);
    const sent = Array.isArray(errors) && errors.length > 0 ? errors : undefined;
    const reported = sent ?? (problem ? [failure(problem)] : []);
    if (reported.length > 0) run.addErrors(placeErrors(reported, !problem, placesOf(run, target)));
    if (problem || !data) return;
    if (representations) {
      mergeEntities(
        entities,
        representations,
        data['_entities'] as readonly (Data | null)[],
        rewriteOutput,
        types,
      );
    } else {
      rewriteOutput?.(data);
      for (const entity of entities) mergeData(entity, data, types);
    }
  }

  return (run) => {
    const target = targetOf(run);
    if (!target) return undefined;
    const abandon = () => run.addErrors(placeErrors([endOf(run)], false, placesOf(run, target)));
    if (run.call.signal.aborted) return void abandon();
    const variables = variablesOf(run.variables, target.representations);
    return send(request, variables, run, abandon, (result) => receive(run, target, result));
  };
}

/** Sends the request; as long as it is under way the run knows what to do if the call ends before the answer. */
async function send(
  request: PreparedRequest,
  variables: Variables,
  run: Run,
  abandon: () => void,
  receive: (result: ExecutionResult) => void,
): Promise<void> {
  const open = { abandon };
  run.open.add(open);
  const result = await request(variables, run.call, run.scope);
  run.open.delete(open);
  if (!run.isOver) receive(result);
}

function mergeEntities(
  entities: readonly Data[],
  { indexes }: Representations,
  received: readonly (Data | null)[],
  rewrite: ((data: Data) => void) | undefined,
  types: TypeRelations,
): void {
  if (rewrite) for (const fields of received) if (fields) rewrite(fields);
  for (let index = 0; index < entities.length; index++) {
    const entity = entities[index];
    const fields = received[indexes[index] ?? -1];
    if (entity && fields) mergeData(entity, fields, types);
  }
}

/** Where a fetch's errors belong, worked out when there are any. */
function compilePlaces(node: FetchNode, path: PlanPath, { operation }: PlanContext) {
  const renamed = renamedKeys(node.outputRewrites);
  return (run: Run, { representations }: Target): FetchPlaces => {
    const places = path.length === 0 ? [[]] : placesAt(path, run.data);
    let missing: readonly string[] | undefined;
    const keys = () => (missing ??= fetchedKeys(node, path, operation, run.flags));
    const own = {
      subgraph: node.serviceName,
      renamed,
      keys,
      askedLength: () => askedLength(path, operation, run.flags),
    };
    if (!representations) return { ...own, places: () => places };
    const { indexes } = representations;
    const grouped = Map.groupBy(places, (_place, entity) => indexes[entity] ?? -1);
    return {
      ...own,
      places: () => places.filter((_place, entity) => indexes[entity] !== -1),
      placesOf: (representation) => (representation < 0 ? [] : (grouped.get(representation) ?? [])),
    };
  };
}

/** Picks what a fetch needs of what the client sent; defaults stand in the subgraph's document too. */
function compileVariables(names: readonly string[]) {
  return (given: Variables, representations: Representations | undefined): Variables => {
    const variables: Data = {};
    for (const name of names) {
      const value = ownValue(given, name);
      if (value !== undefined) setOwnValue(variables, name, value);
    }
    if (representations) variables['representations'] = representations.list;
    return variables;
  };
}

/** What is wrong with an answer to a request for root fields. */
const problemOf = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null ? undefined : 'The answer has neither data nor errors';

function problemOfEntities(data: ExecutionResult['data'], { list }: Representations): string | undefined {
  const received = data?.['_entities'];
  if (!Array.isArray(received)) return 'Expected "data._entities" in response to be an array';
  if (received.length === list.length) return undefined;
  return `Expected "data._entities" to contain ${list.length} elements`;
}

const failure = (message: string): SubgraphError => ({
  message,
  extensions: { code: downstreamErrorCode },
});

/** Why the call has ended, as an error of the fetch that it cuts short. */
function endOf({ call }: Run): SubgraphError {
  const error = toAppError(call.signal.reason);
  return { message: error.message, extensions: errorExtensions(error) };
}

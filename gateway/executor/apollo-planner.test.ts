import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { NonLocalSelectionsMetadata } from '@apollo/query-graphs';
import { QueryPlanner } from '@apollo/query-planner';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { buildSchema, GraphQLError, introspectionFromSchema, Kind, parse } from 'graphql';
import { createApolloGateway } from '../apollo-gateway.ts';
import { createLibrary } from '../testing/library.ts';
import { createMeanSupergraph } from '../testing/mean-supergraph.ts';
import { createApolloPlanner } from './apollo-planner.ts';
import type { Planner, PlannerLimits } from './planner.ts';

const oneStep = '{ thing { next { __typename } } }';

function plan(planner: Planner, text: string, name?: string) {
  const document = parse(text);
  const node = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .find((definition) => name === undefined || definition.name?.value === name);
  assert.ok(node);
  return planner.plan({ text, document, node });
}

const refusedWith = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof GraphQLError);
  assert.match(error.message, pattern);
  assert.match(error.message, /Ask for less at once, or split it\.$/);
  assert.deepEqual(error.extensions, { code: 'MALFORMED_REQUEST' });
  return true;
};

const meanPlanner = (limits?: PlannerLimits) => createApolloPlanner(createMeanSupergraph(), limits);

test("plans are those of Apollo's gateway", async () => {
  const supergraph = Supergraph.build(supergraphSdl());
  const apollo = new QueryPlanner(supergraph);
  const planner = createApolloPlanner(supergraphSdl());
  const texts = playgroundOperations().map(({ text }) => text);
  assert.ok(texts.length >= 5);
  for (const text of texts) {
    const expected = apollo.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), parse(text)));
    assert.deepEqual(await plan(planner, text), expected);
  }
  assert.deepEqual(
    await plan(meanPlanner(), oneStep),
    apolloPlan(createMeanSupergraph(), oneStep),
    'also where there are hundreds of ways',
  );
});

function apolloPlan(sdl: string, text: string) {
  const supergraph = Supergraph.build(sdl);
  return new QueryPlanner(supergraph).buildQueryPlan(
    operationFromDocument(supergraph.apiSchema(), parse(text)),
  );
}

test('an operation is planned without its neighbours and their fragments', async () => {
  const text = `
    query Few { ...Me }
    query Many($first: Int!) { ...Shops }
    fragment Me on Query { me { email } }
    fragment Shops on Query { shops(first: $first) { edges { node { name } } } }
  `;
  const planner = createApolloPlanner(supergraphSdl());
  assert.deepEqual(
    await plan(planner, text, 'Few'),
    await plan(planner, 'query Few { ...Me } fragment Me on Query { me { email } }'),
  );
  assert.match(JSON.stringify(await plan(planner, text, 'Many')), /query Many/);
});

test('too many ways to one field are refused', async () => {
  await assert.rejects(plan(meanPlanner({ maxPathOptions: 100 }), oneStep), refusedWith(/ways through/));
});

test('more ways than an array can hold are refused', async () => {
  await assert.rejects(
    plan(meanPlanner(), '{ thing { next { next { id } } } }'),
    refusedWith(/^This operation is too complex to plan\. Ask/),
  );
});

test('fragments that expand to millions of fields are refused', async () => {
  const doubling = Array.from(
    { length: 24 },
    (_, index) => `fragment F${index} on Thing { ...F${index + 1} next { ...F${index + 1} } }`,
  );
  const text = `{ thing { ...F0 } } ${doubling.join(' ')} fragment F24 on Thing { id }`;
  await assert.rejects(plan(meanPlanner(), text), refusedWith(/fragments expand/));
});

test('an operation nested beyond the stack is refused', async () => {
  const document = parse('{ thing { id } }');
  const [node] = document.definitions;
  assert.ok(node?.kind === Kind.OPERATION_DEFINITION);
  let { selectionSet } = node;
  for (let depth = 0; depth < 10_000; depth++) {
    selectionSet = { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.INLINE_FRAGMENT, selectionSet }] };
  }
  const deep = { ...node, selectionSet };
  const operation = { text: '', document: { ...document, definitions: [deep] }, node: deep };
  await assert.rejects(
    meanPlanner().plan(operation),
    refusedWith(/^This operation is too complex to plan\. Ask/),
  );
});

test('too many fields spread over the subgraphs are refused', async (t) => {
  // The least document that Apollo's own limit refuses takes minutes to write down and to measure.
  const { MAX_NON_LOCAL_SELECTIONS } = NonLocalSelectionsMetadata;
  t.after(() => Object.assign(NonLocalSelectionsMetadata, { MAX_NON_LOCAL_SELECTIONS }));
  Object.assign(NonLocalSelectionsMetadata, { MAX_NON_LOCAL_SELECTIONS: 1 });
  await assert.rejects(plan(meanPlanner(), oneStep), refusedWith(/spread over several subgraphs/));
});

test("a planner's own failure is not called the client's", async () => {
  await assert.rejects(
    plan(meanPlanner(), '{ nothing }'),
    (error: unknown) =>
      error instanceof Error &&
      !(error instanceof GraphQLError && error.extensions['code'] === 'MALFORMED_REQUEST'),
  );
});

test("what clients see is what Apollo's gateway shows them", async () => {
  for (const sdl of [supergraphSdl(), createLibrary().supergraphSdl, createMeanSupergraph()]) {
    const process = () => Promise.reject(new Error('It asks nobody.'));
    const gateway = createApolloGateway({ supergraphSdl: sdl, buildService: () => ({ process }) });
    const { schema } = await gateway.load();
    const seen = buildSchema(createApolloPlanner(sdl).apiSchemaSdl(), { assumeValidSDL: true });
    const options = { inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true };
    assert.deepEqual(introspectionFromSchema(seen, options), introspectionFromSchema(schema, options));
    await gateway.stop();
  }
});
